import { cp, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')
const source = join(root, 'packages/server/src')
/**
 * Modules of WebAssembly: what each is made of, in packages/server/wasm, and where it is put, from the root on: beside the module
 * that reads it, where tests run from the sources.
 */
export const wasmOfServer = {
  'index.ts': 'packages/server/src/ingest/decode/fast/rows.wasm',
  'answers.ts': 'packages/server/src/api/answers.wasm',
  'deflate.ts': 'packages/server/src/api/deflate.wasm',
  'unpack.ts': 'packages/server/src/ingest/expand/unpack.wasm',
}

/**
 * Programs made of the server's sources, with all they read beside them: import.meta.url of every module is `out`, which is made
 * anew. The server itself is one, and benches that measure what users run are others.
 */
export async function bundleServer(input: Readonly<Record<string, string>>, out: string): Promise<void> {
  await rm(out, { recursive: true, force: true })
  const bundle = await rolldown({
    input: { ...input },
    platform: 'node',
    resolve: { conditionNames: ['wakeline-source', 'node', 'import', 'default'] },
    external: (id) => /^(node:|[^./])/.test(id) && !id.startsWith('@wakeline/') && id !== 'wakeline',
  })
  await bundle.write({
    dir: out,
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  })
  await bundle.close()
  await cp(join(source, 'store/migrations'), join(out, 'migrations'), { recursive: true })
  await cp(join(source, 'store/engine.xml'), join(out, 'engine.xml'))
  for (const path of Object.values(wasmOfServer)) await cp(join(root, path), join(out, basename(path)))
}
