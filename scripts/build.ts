import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { bundleServer, wasmOfServer } from './bundle-server.ts'

/**
 * `npm run build [-- wasm|server|sdk|ui ...] [--force]`: what is published, each part into its own `dist`.
 *
 *   packages/server/dist/   cli.js and its chunks, flat: import.meta.url of every module is this folder
 *     migrations/           the store's .sql files
 *     engine.xml            what the embedded engine is told that no argument can tell
 *     rows.wasm             what reads usual spans, log records and samples, made from packages/server/wasm
 *     answers.wasm          what writes the points of PromQL, from there too
 *     deflate.wasm          what compresses its answers, from there too
 *     unpack.wasm           what expands bodies in zstd, LZ4 and framed snappy, from there too
 *     ui/                   the web UI
 *   packages/sdk/dist/
 *
 * A part is built again only when a file it comes from has changed since (a hash of them is kept under node_modules/.cache).
 */

const root = join(import.meta.dirname, '..')
const at = (...parts: string[]) => join(root, ...parts)

type Part = {
  name: string
  from: string[]
  /** Files of the result: when one is gone, so is the build. */
  proofs: readonly string[]
  build: () => Promise<void>
}

const shared = [
  'package-lock.json',
  'packages/protocol/src',
  'packages/analysis/src',
  'scripts/build.ts',
  'scripts/bundle-server.ts',
]
const stamps = at('node_modules/.cache/wakeline')

const parts: Part[] = [
  {
    name: 'sdk',
    from: [...shared, 'packages/sdk'],
    proofs: ['packages/sdk/dist/index.js'],
    build: () => buildWith('sdk', 'buildSdk'),
  },
  {
    name: 'wasm',
    from: ['package-lock.json', 'packages/server/wasm', 'scripts/build.ts'],
    proofs: Object.values(wasmOfServer),
    build: buildWasm,
  },
  {
    name: 'server',
    from: [...shared, 'packages/server/src', 'packages/server/package.json'],
    proofs: ['packages/server/dist/cli.js'],
    build: buildServer,
  },
  {
    name: 'shop',
    from: ['package-lock.json', 'examples/shop/src', 'scripts/build.ts'],
    proofs: ['examples/shop/dist/main.js'],
    build: buildShop,
  },
  {
    name: 'ui',
    from: [...shared, 'packages/ui'],
    proofs: ['packages/server/dist/ui/index.html'],
    build: () => buildWith('ui', 'buildUi'),
  },
]

/** The storefront stays CommonJS, which is what OpenTelemetry's `--require` can see into. */
async function buildShop(): Promise<void> {
  const shop = (name: string): string => at('examples/shop/src', `${name}.ts`)
  const ours = ['main', 'checkout', 'inventory', 'payments']
  const out = at('examples/shop/dist')
  const external = /^(?![./])/
  const modules = await rolldown({
    input: Object.fromEntries(ours.map((name) => [name, shop(name)])),
    platform: 'node',
    external,
  })
  await modules.write({
    dir: out,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    cleanDir: true,
  })
  const script = await rolldown({ input: { storefront: shop('storefront') }, platform: 'node', external })
  await script.write({ dir: out, format: 'cjs', entryFileNames: '[name].cjs' })
}

/** The SDK and the UI know how they are built; this file knows when. */
async function buildWith(name: string, door: string): Promise<void> {
  const path = at('packages', name, 'build.ts')
  if (!existsSync(path)) {
    console.log(`  packages/${name}/build.ts is not there yet: ${name} is left out`)
    return
  }
  const module: Record<string, () => Promise<unknown>> = await import(pathToFileURL(path).href)
  const build = module[door]
  if (!build) throw new Error(`Cannot build ${name}: packages/${name}/build.ts does not export ${door}`)
  await build()
}

/** AssemblyScript to WebAssembly, without a runtime: it allocates nothing. */
async function buildWasm(): Promise<void> {
  const compiler = at('node_modules/assemblyscript/bin/asc.js')
  for (const [source, out] of Object.entries(wasmOfServer)) {
    const options = `--config none --runtime stub --enable simd ${memoryOfWasm[source]} -O3 --noAssert`.split(' ')
    // What it imports is named by its file, from this folder on.
    const argv = [compiler, source, '--baseDir', at('packages/server/wasm'), ...options, '--outFile', at(out)]
    const { status } = spawnSync(process.execPath, argv, { stdio: 'inherit' })
    if (status !== 0) throw new Error('Cannot build wasm: what is wrong with packages/server/wasm stands above.')
  }
}

/** In pages of 64 kB: lent by who reads records, and of a size of its own for what is written. */
const memoryOfWasm: Readonly<Record<string, string>> = {
  'index.ts': '--importMemory --initialMemory 3072',
  'answers.ts': '--initialMemory 4 --maximumMemory 4',
  'deflate.ts': '--initialMemory 20 --maximumMemory 20',
  'unpack.ts': '--initialMemory 16',
}

async function buildServer(): Promise<void> {
  // Written beside and swapped in, so that nobody starts half a build.
  const out = at('packages/server/dist.next')
  await bundleServer({ cli: at('packages/server/src/cli.ts') }, out)
  const ui = at('packages/server/dist/ui')
  if (existsSync(ui)) await rename(ui, join(out, 'ui'))
  await rm(at('packages/server/dist'), { recursive: true, force: true })
  await rename(out, at('packages/server/dist'))
}

/** Path, size and time of every file a part is made from; tests and what was built are left out. */
async function hashSources(from: string[]): Promise<string> {
  const hash = createHash('sha256').update(process.version)
  const walk = async (path: string): Promise<void> => {
    if (/(node_modules|\/dist|\.test\.tsx?)$/.test(path)) return
    const entry = await stat(at(path)).catch(() => undefined)
    if (!entry) return
    if (!entry.isDirectory()) {
      hash.update(`${path} ${entry.size} ${entry.mtimeMs}\n`)
      return
    }
    for (const name of (await readdir(at(path))).sort()) await walk(join(path, name))
  }
  for (const path of from) await walk(path)
  return hash.digest('hex')
}

async function buildPart(part: Part, force: boolean): Promise<void> {
  const stamp = join(stamps, part.name)
  const hash = await hashSources(part.from)
  const isThere = part.proofs.every((proof) => existsSync(at(proof)))
  if (!force && isThere && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  const startMs = performance.now()
  await part.build()
  await mkdir(stamps, { recursive: true })
  writeFileSync(stamp, hash)
  console.log(`  built ${part.name} in ${Math.round(performance.now() - startMs)} ms`)
}

const words = process.argv.slice(2)
const wanted = words.filter((word) => !word.startsWith('-'))
const unknown = wanted.find((name) => !parts.some((part) => part.name === name))
if (unknown) {
  console.error(`Cannot build "${unknown}": the parts are ${parts.map((part) => part.name).join(', ')}.`)
  process.exit(1)
}
for (const part of parts) {
  if (wanted.length === 0 || wanted.includes(part.name)) await buildPart(part, words.includes('--force'))
}
