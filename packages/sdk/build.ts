import { spawnSync } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { isolatedDeclarationSync } from 'rolldown/experimental'

const root = fileURLToPath(new URL('.', import.meta.url))
const source = join(root, 'src')

/**
 * Builds npm `wakeline` into `dist`: one set of sources, two module faces.
 *
 *     index.js  register.js    ESM        index.d.ts
 *     index.cjs register.cjs   CommonJS   index.d.cts
 */
export async function buildSdk(output: string = join(root, 'dist')): Promise<void> {
  await rm(output, { recursive: true, force: true })
  await mkdir(output, { recursive: true })
  const bundle = await rolldown({
    input: { index: join(source, 'index.ts'), register: join(source, 'register.ts') },
    platform: 'node',
    external: [/^node:/],
    resolve: { conditionNames: ['wakeline-source'] },
    // Of the protocol package only what is used: its tables for the server are not the SDK's.
    treeshake: { moduleSideEffects: (id) => id.startsWith(source) },
  })
  try {
    const shared = { dir: output, minify: true, sourcemap: false } as const
    await bundle.write({ ...shared, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'wakeline.js' })
    await bundle.write({ ...shared, format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'wakeline.cjs' })
  } finally {
    await bundle.close()
  }
  await writeDeclarations(output)
}

/** The public types import nothing, and index.ts imports only them (and what its values are made of): one file says all. */
async function writeDeclarations(output: string): Promise<void> {
  const declarations = await Promise.all(['public.ts', 'index.ts'].map(declarationsOf))
  const text = declarations
    .join('\n')
    .replaceAll(/^import .*$/gm, '')
    .replaceAll(/^export type \* from .*$/gm, '')
    .replaceAll(/^export \{\};?$/gm, '')
  await writeFile(join(output, 'index.d.ts'), text)
  await writeFile(join(output, 'index.d.cts'), text)
  await writeFile(join(output, 'register.d.ts'), 'export {}\n')
  await writeFile(join(output, 'register.d.cts'), 'export {}\n')
}

async function declarationsOf(name: string): Promise<string> {
  const path = join(source, name)
  const { code, errors } = isolatedDeclarationSync(path, await readFile(path, 'utf8'))
  if (errors.length > 0) throw new Error(`Cannot declare the types of ${name}: ${errors[0]?.message}`)
  return code
}

/** Packs what was built, as `npm publish` would; returns the path of the tarball. */
export function packSdk(into: string): string {
  const packed = spawnSync('npm', ['pack', '--json', '--pack-destination', into], { cwd: root, encoding: 'utf8' })
  if (packed.status !== 0) throw new Error(`Cannot pack the SDK: ${packed.stderr}`)
  const found: unknown = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('[')))
  const name: unknown = Array.isArray(found) ? Reflect.get(Object(found[0]), 'filename') : undefined
  if (typeof name !== 'string') throw new Error('Cannot pack the SDK: npm named no file')
  return join(into, name)
}
