import { spawnSync } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type InputOptions, type OutputOptions, rolldown } from 'rolldown'
import { isolatedDeclarationSync } from 'rolldown/experimental'

const root = fileURLToPath(new URL('.', import.meta.url))
const source = join(root, 'src')

const common: InputOptions = {
  platform: 'node',
  external: [/^node:/],
  resolve: { conditionNames: ['wakeline-source'] },
  // Of the protocol package only what is used: its tables for the server are not the SDK's.
  treeshake: { moduleSideEffects: (id) => id.startsWith(source) },
  // Fields are assigned in constructors, those without a value nowhere: V8 makes a call of its own for the fields of a class,
  // for each span and each request (decision 0079). Of a tsconfig nothing else would be used.
  tsconfig: false,
  transform: { assumptions: { setPublicClassFields: true }, typescript: { removeClassFieldsWithoutInitializer: true } },
}

const written: OutputOptions = { minify: true, comments: false }

/** Modules beside `wakeline` itself, by the file in `src` they are made of, and where their types are. */
const modules: Readonly<Record<string, readonly string[]>> = {
  health: ['health/public.ts', 'health.ts'],
  shutdown: ['shutdown/public.ts', 'shutdown.ts'],
  prometheus: ['metrics/exposition/public.ts', 'prometheus.ts'],
  metrics: ['metrics/application/public.ts', 'metrics.ts'],
  logs: ['logs/public.ts', 'logs.ts'],
  http: ['middleware/public.ts', 'http.ts'],
  express: ['middleware/public.ts', 'express.ts'],
  fastify: ['middleware/public.ts', 'fastify.ts'],
  koa: ['middleware/public.ts', 'koa.ts'],
  hono: ['middleware/public.ts', 'hono.ts'],
  nest: ['middleware/public.ts', 'nest.ts'],
  traces: ['traces/public.ts', 'traces.ts'],
  testing: ['logs/public.ts', 'testing/public.ts', 'testing.ts'],
}

/** Parts that start() loads when it sees the need: CommonJS on their own, for both faces. See src/on-demand/load.ts. */
const onDemand = [
  'channels',
  'encode-metrics',
  'exporting',
  'lanes',
  'last-words',
  'learn-added',
  'metrics',
  'opentelemetry',
  'pretty',
  'process',
  'prometheus',
  'propagation',
  'resource',
  'sending',
]

/**
 * Builds npm `wakeline` into `dist`: one set of sources, two module faces.
 *
 *     index.js  register.js  health.js ...     ESM        index.d.ts  health.d.ts ...
 *     index.cjs register.cjs health.cjs ...    CommonJS   index.d.cts ...
 *     wakeline.js (.cjs)                       what every module needs: all that `import 'wakeline'` and start() load
 *     shared-*.js (.cjs)                       what some of the others have in common
 *     on-demand/*.cjs                          what start() loads only when it is needed
 */
export async function buildSdk(output: string = join(root, 'dist')): Promise<void> {
  await rm(output, { recursive: true, force: true })
  await mkdir(output, { recursive: true })
  const names = ['index', 'register', 'bundled', ...Object.keys(modules)]
  const bundle = await rolldown({
    input: Object.fromEntries(names.map((name) => [name, join(source, `${name}.ts`)])),
    ...common,
  })
  try {
    for (const [format, extension] of [
      ['esm', 'js'],
      ['cjs', 'cjs'],
    ] as const) {
      await bundle.write({
        ...written,
        dir: output,
        format,
        entryFileNames: `[name].${extension}`,
        chunkFileNames: (chunk) =>
          chunk.moduleIds.some((id) => id.endsWith('/core.ts'))
            ? `wakeline.${extension}`
            : `shared-[hash].${extension}`,
      })
    }
  } finally {
    await bundle.close()
  }
  await buildOnDemand(output)
  await writeDeclarations(output)
}

async function buildOnDemand(output: string): Promise<void> {
  for (const name of onDemand) {
    const bundle = await rolldown({ ...common, input: join(source, 'on-demand', `${name}.ts`) })
    try {
      await bundle.write({ ...written, file: join(output, 'on-demand', `${name}.cjs`), format: 'cjs' })
    } finally {
      await bundle.close()
    }
  }
}

/**
 * The public types of `wakeline` import nothing, and index.ts imports only them (and what its values are made of): one
 * file says all. The types of the other modules import only those.
 */
async function writeDeclarations(output: string): Promise<void> {
  const { text } = await declarationsOf(['public.ts', 'index.ts'])
  await writeFile(join(output, 'index.d.ts'), text)
  await writeFile(join(output, 'index.d.cts'), text)
  for (const name of ['register', 'bundled'])
    for (const extension of ['d.ts', 'd.cts']) await writeFile(join(output, `${name}.${extension}`), 'export {}\n')
  for (const [name, files] of Object.entries(modules)) {
    const { text, imported } = await declarationsOf(files)
    const head = (from: string) =>
      imported.length === 0 ? '' : `import type { ${imported.join(', ')} } from './${from}'\n`
    await writeFile(join(output, `${name}.d.ts`), head('index.js') + text)
    await writeFile(join(output, `${name}.d.cts`), head('index.cjs') + text)
  }
}

/** The declarations of some files as one, and what they take from the public types of `wakeline`. */
async function declarationsOf(files: readonly string[]): Promise<{ text: string; imported: string[] }> {
  const declared = (await Promise.all(files.map(declarationOf))).join('\n')
  const imported = new Set<string>()
  for (const [, names = ''] of declared.matchAll(/^import (?:type )?\{([^}]*)\} from "(?:\.\.?\/)+public\.ts";$/gm))
    for (const name of names.split(',')) imported.add(name.replace('type ', '').trim())
  // Declared in one of these files, it is not imported.
  for (const name of imported)
    if (new RegExp(`^export (declare )?(interface|type|class|const|function) ${name}\\b`, 'm').test(declared))
      imported.delete(name)
  const text = declared
    .replaceAll(/^import [^;]*;$/gm, '')
    .replaceAll(/^export type \* from .*$/gm, '')
    .replaceAll(/^export \{\};?$/gm, '')
  return { text, imported: [...imported].filter((name) => new RegExp(`\\b${name}\\b`).test(text)).sort() }
}

async function declarationOf(name: string): Promise<string> {
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
