import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildSdk, packSdk } from '../packages/sdk/build.ts'
import { startOtlpCollector } from '../packages/sdk/src/testing/otlp-collector.ts'
import { runNode } from './sdk-program.ts'

const tsc = new URL('../node_modules/.bin/tsc', import.meta.url).pathname

let folder: string
let home: string

/** What `npm install wakeline` leaves behind: the unpacked tarball in an empty folder's node_modules. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wakeline-pack-'))
  home = join(folder, 'node_modules', 'wakeline')
  await buildSdk()
  const tarball = packSdk(folder)
  await mkdir(home, { recursive: true })
  const unpacked = spawnSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', home])
  expect(unpacked.status).toBe(0)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const program = (load: string) => `${load}
start({ serviceName: 'packed', logOutput: 'json', endpoint: 'http://127.0.0.1:1', instrument: { process: false } })
const value = trace('work', () => { log.info('hello', { a: 1 }); meter.counter('c').add(1); return 42 })
if (value !== 42) throw new Error('wrong value')`

test('it holds what is published and nothing else, and depends on nothing', async () => {
  const files = await readdir(home, { recursive: true })
  expect(files.filter((name) => /\.(ts|test\.\w+|map)$/.test(name) && !/\.d\.c?ts$/.test(name))).toEqual([])
  const manifest = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'))
  expect(manifest.dependencies ?? {}).toEqual({})
  for (const face of ['index.d.ts', 'index.d.cts', 'wakeline.js', 'wakeline.cjs']) {
    expect(await readFile(join(home, 'dist', face), 'utf8')).not.toMatch(/from ?['"](?!\.|node:)/)
  }
})

test('it imports as an ES module', async () => {
  await writeFile(join(folder, 'esm.mjs'), program(`import { start, trace, log, meter } from 'wakeline'`))
  const ended = await runNode(folder, ['esm.mjs'], {})
  expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining('"msg":"hello"')])
})

test('it is required as CommonJS', async () => {
  await writeFile(join(folder, 'cjs.cjs'), program(`const { start, trace, log, meter } = require('wakeline')`))
  const ended = await runNode(folder, ['cjs.cjs'], {})
  expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining('"msg":"hello"')])
})

test('the modules beside it load in both faces and share one state', async () => {
  await writeFile(
    join(folder, 'beside.mjs'),
    `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
const modules = Object.keys(require('wakeline/package.json').exports).filter((name) => !/register|bundled|json|^\\.$/.test(name))
for (const name of modules) {
  const path = 'wakeline' + name.slice(1)
  const [one, other] = [Object.keys(await import(path)), Object.keys(require(path))]
  if (String(one.sort()) !== String(other.sort())) throw new Error(path + ': ' + one + ' and ' + other)
}
const { health } = await import('wakeline/health')
health.add('db', () => false)
console.log((await require('wakeline/health').health.run()).status)`,
  )
  const ended = await runNode(folder, ['beside.mjs'], {})
  expect(ended).toMatchObject({ code: 0, stdout: 'unhealthy\n', stderr: '' })
})

test.each(['esm', 'cjs'] as const)(
  'a bundle has all of it, where wakeline/bundled is its first import: %s',
  async (format) => {
    const collector = await startOtlpCollector()
    const program = `import 'wakeline/bundled'
import { flush, log, meter, start, trace } from 'wakeline'
start({ serviceName: 'one-file', endpoint: '${collector.url}', temporality: 'delta', logOutput: 'none', exitTimeoutMs: 20_000 })
trace('work', () => log.info('hello'))
meter.counter('c').add(1)
flush().then(() => { trace('last', () => process.exit(3)) })`
    await writeFile(join(folder, 'app.mjs'), program)
    const alone = await mkdtemp(join(tmpdir(), 'wakeline-bundle-'))
    const bundle = await rolldown({ input: join(folder, 'app.mjs'), platform: 'node' })
    const file = format === 'esm' ? 'app.mjs' : 'app.cjs'
    await bundle.write({ file: join(alone, file), format, minify: true })
    await bundle.close()
    const ended = await runNode(alone, [file], {})
    await rm(alone, { recursive: true })
    await collector.stop()
    expect([ended.code, ended.stderr]).toEqual([3, ''])
    expect(collector.spans.map((span) => [span.name, span.resource['process.runtime.name']])).toEqual([
      ['work', 'nodejs'],
      ['last', 'nodejs'],
    ])
    expect(collector.logs.map(({ body }) => body)).toEqual(['hello'])
    expect(collector.points.find(({ metric }) => metric === 'c')?.value).toBe(1)
  },
)

test('import and start() load at most 30 kB, minified and gzipped', async () => {
  let bytes = 0
  for (const face of ['index.js', 'wakeline.js']) bytes += gzipSync(await readFile(join(home, 'dist', face))).length
  expect(bytes).toBeLessThanOrEqual(30_000)
})

test('the core gets modules of Node without an import, which would make every export of theirs at once', async () => {
  const core = await readFile(join(home, 'dist', 'wakeline.js'), 'utf8')
  expect(core.match(/\b(?:import|from)\s*["']node:[^"']+/g)).toBeNull()
})

test('a start loads none of the large modules of Node, and traces what is sent with them in the same moment', async () => {
  const large = ['http', '_http_client', 'net', 'tty', 'worker_threads', 'stream', 'crypto']
  const parts: string[] = ['lazy.mjs', 'lazy.cjs']
  const text = (imports: string, http: string) => `${imports}
start({ serviceName: 'lazy', endpoint: 'http://127.0.0.1:1', exitTimeoutMs: 0, logOutput: 'none' })
const loaded = process.moduleLoadList.filter((name) => ${JSON.stringify(large)}.includes(name.replace('NativeModule ', '')))
const http = ${http}
const seen = []
const server = http.createServer((request, response) => { seen.push(request.headers.traceparent?.length); response.end() }).listen(0, () => {
  const { port } = server.address()
  // The first of the process, whose headers are written before there is a connection, and one more.
  http.get({ port, headers: ['host', 'x', 'x-list', '1'] }, () => http.get({ port }, () => {
    console.log(loaded.join(), seen.join())
    process.exit(0)
  }))
})`
  await writeFile(join(folder, 'lazy.mjs'), text(`import { start } from 'wakeline'`, `await import('node:http')`))
  await writeFile(join(folder, 'lazy.cjs'), text(`const { start } = require('wakeline')`, `require('http')`))
  for (const part of parts) {
    const ended = await runNode(folder, [part], {})
    // An ES module has Node load streams by itself.
    expect(ended.stdout.replace('stream ', ' ')).toBe(' 55,55\n')
  }
})

test.each([
  ['standard', []],
  ['legacy', ['--experimentalDecorators']],
])('@Timed and @Traced are %s decorators', async (name, flags) => {
  const text = `import { Timed, aggregateLogs } from 'wakeline/logs'
import { Traced, analyzeTraces } from 'wakeline/traces'
class Shop {
  price = 3
  @Timed('sum') total(n: number): number { return n * this.price }
  @Timed() async slow(): Promise<string> { return 'done' }
  @Traced('shop open', { kind: 'server', attributes: { a: 1 } }) open(n: number): number { return this.close(n) }
  @Traced() close(n: number): number { return n - this.price }
}
const seen = aggregateLogs()
const traces = analyzeTraces()
const shop = new Shop()
console.log([shop.total(2), shop.open(5), await shop.slow(), ...(traces.traces()[0]?.tree ?? []).map((span) => span.depth + span.name), ...seen.all().map((entry) => entry.message)].join())`
  await writeFile(join(folder, `${name}.mts`), text)
  const shared = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--types', '']
  const lib = ['--lib', 'es2022,dom']
  const compiled = spawnSync(tsc, [...shared, ...lib, ...flags, `${name}.mts`], { cwd: folder, encoding: 'utf8' })
  expect([compiled.stdout, compiled.status]).toEqual(['', 0])
  const ended = await runNode(folder, [`${name}.mjs`], { WAKELINE_LOG_OUTPUT: 'none' })
  expect(ended).toMatchObject({ stdout: '6,2,done,0shop open,1close,sum,slow\n', stderr: '' })
})

test('its types are right for both, with no other package installed', async () => {
  const body = `
start({ serviceName: 'typed', sampleRatio: 0.5 })
const text: string = trace('a', { b: 1 }, (span) => span.setAttribute('c', true).traceId)
const later: Promise<number> = trace('a', async () => 1)
log.child({ text }).warn(new Error('x'), 'message')
log.info({ a: 1 }, 'message')
meter.histogram('h', { unit: 's' }).with({ a: 1 }).record(1)
const seen: Span | undefined = activeSpan()
// @ts-expect-error a level that does not exist
log.level = 'loud'
const orders = meter.counter('orders', { labels: ['kind', 'shop'] })
orders.add(1, { kind: 'new', shop: 'a' })
// @ts-expect-error a label that was not declared
orders.add(1, { kind: 'new', shop: 'a', colour: 'red' })
// @ts-expect-error a label is missing
orders.with({ kind: 'new' })
const waits = meter.histogram('waits', { unit: 's', labels: ['queue', 'outcome'] })
waits.startTimer({ queue: 'mail' })({ outcome: 'ok' })
// @ts-expect-error the outcome is missing
waits.startTimer({ queue: 'mail' })({})
// @ts-expect-error a counter has no set
meter.counter('c').set(1)
export { later, seen }
health.add('db', async () => true, { timeoutMs: 1_000, critical: false })
const handled: boolean = health.handler({ prefix: '/x' })({ headers: {} }, {} as HttpResponse)
export { handled }
createListener((request, response) => requests()(request, response, () => {}))
function createListener(listener: (request: HttpRequest, response: HttpResponse) => void) { return listener }
const fromHono: Promise<Response | undefined> = hono({ startLine: true })({} as HonoContext, async () => {})
const captured = capture({ logLevel: 'info' })
const drawn: string = captured.drawSpans() + captured.log({ message: /x/ }).message
shutdown.server({ close() {} })
shutdown.add('x', async () => {})
logLevels.set('db', 'debug', { forMs: 1 })
const counted: (n: number) => number = timed('count', (n: number) => n, { level: 'debug' })
addLogProcessor((entry) => (entry.level === 'trace' ? DROP : entry))
export { counted, drawn }
export { fromHono, fastify, koa, nest, express, requestErrors }
`
  const imports = `import { activeSpan, type HttpRequest, type HttpResponse, log, meter, type Span, start, trace } from 'wakeline'
import { health } from 'wakeline/health'
import { requests as express, requestErrors } from 'wakeline/express'
import { requests as fastify } from 'wakeline/fastify'
import { type HonoContext, requests as hono } from 'wakeline/hono'
import { requests } from 'wakeline/http'
import { requests as koa } from 'wakeline/koa'
import { requests as nest } from 'wakeline/nest'
import { addLogProcessor, DROP, logLevels, timed } from 'wakeline/logs'
import { shutdown } from 'wakeline/shutdown'
import { capture } from 'wakeline/testing'`
  await writeFile(join(folder, 'esm.mts'), `${imports}\nimport 'wakeline/register'${body}`)
  await writeFile(join(folder, 'cjs.cts'), imports + body)
  const flags = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--types',
    '',
    '--skipLibCheck',
    'false',
  ]
  const checked = spawnSync(tsc, [...flags, 'esm.mts', 'cjs.cts'], { cwd: folder, encoding: 'utf8' })
  expect(checked.stdout).toBe('')
  expect(checked.status).toBe(0)
})
