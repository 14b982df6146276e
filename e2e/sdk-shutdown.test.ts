import { expect, test } from 'vitest'
import { sdkForTests } from './sdk-for-tests.ts'

const { folder, collector } = await sdkForTests()

/** A service with one slow route. `client` runs once it listens; what it says on stdout comes back. */
const program = (setUp: string, client: string) => `
import { createServer, Agent, request } from 'node:http'
import { log, start } from 'wakeline'
import { health } from 'wakeline/health'
import { shutdown } from 'wakeline/shutdown'
start({ logOutput: 'none', instrument: { process: false } })
const say = (text) => process.stdout.write(text + '\\n')
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const probes = health.handler()
const server = createServer((req, res) => {
  if (probes(req, res)) return
  setTimeout(() => res.end('answer'), req.url === '/slow' ? 1500 : req.url === '/never' ? 1e6 : 1)
}).listen(0, '127.0.0.1')
const agent = new Agent({ keepAlive: true })
let port
const ask = (path) => new Promise((resolve) => {
  const asked = request({ agent, path, host: '127.0.0.1', port }, (res) => {
    let body = ''
    res.on('data', (part) => (body += part)).on('end', () => resolve(res.statusCode + ' ' + body.trim()))
  })
  asked.on('error', (error) => resolve(error.code)).end()
})
shutdown.server(server)
${setUp}
server.on('listening', async () => {
  port = server.address().port
  ${client}
})
`

const run = (setUp: string, client: string) =>
  folder.run({ 'app.mjs': program(setUp, client) }, ['app.mjs'], { WAKELINE_ENDPOINT: collector.url })

test('on a signal: unready, then the request in progress is answered, then the hooks, last first, then the flush', async () => {
  const ended = await run(
    `shutdown.configure({ delayMs: 200 })
shutdown.add('pool', () => say('pool'))
shutdown.add('queue', async () => { await sleep(10); say('queue') })
shutdown.signal.addEventListener('abort', () => say('abort'))
shutdown.add('log', () => log.info('last words'))`,
    `say(await ask('/readyz'))
  ask('/slow').then(say)
  say('kill me with SIGTERM')
  await new Promise((resolve) => shutdown.signal.addEventListener('abort', resolve))
  say(await ask('/readyz'))
  say(await ask('/'))
  while (await ask('/') !== 'ECONNREFUSED') await sleep(10)
  say('closed')`,
  )
  expect(ended.stdout.trim().split('\n')).toEqual([
    '200 {"status":"healthy"}',
    'kill me with SIGTERM',
    'abort',
    '503 {"status":"unhealthy","reason":"shutting down"}',
    '200 answer',
    'closed',
    '200 answer',
    'queue',
    'pool',
  ])
  expect([ended.signal, ended.stderr]).toEqual(['SIGTERM', ''])
  expect(collector.logs.map((record) => record.body)).toEqual(['shutdown began', 'last words', 'shutdown done'])
})

test.each([
  ['what the program set is the exit code', 'process.exitCode = 3', `say('kill me with SIGINT')`, 3, null],
  ['begin() exits with its code', '', 'shutdown.begin(4)', 4, null],
  ['begin() without one keeps what was set', 'process.exitCode = 5', 'shutdown.begin()', 5, null],
  ['begin() without any is success', '', 'shutdown.begin(); shutdown.begin(9)', 0, null],
  [
    'a hook that throws holds up nothing',
    `shutdown.add('x', () => { throw new Error('no') })`,
    'shutdown.begin()',
    0,
    null,
  ],
  [
    'a hook that hangs is left behind',
    `shutdown.configure({ hookTimeoutMs: 50 }); shutdown.add('x', () => new Promise(() => {}))`,
    'shutdown.begin()',
    0,
    null,
  ],
  [
    'a request that never ends is cut off',
    'shutdown.configure({ drainTimeoutMs: 100 })',
    `ask('/never').then(say); await sleep(50); say('kill me with SIGTERM')`,
    null,
    'SIGTERM',
  ],
] as const)('%s', async (_, setUp, client, code, signal) => {
  const ended = await run(setUp, client)
  expect([ended.code, ended.signal, ended.stderr]).toEqual([code, signal, ''])
})

test('a second signal ends it at once', async () => {
  const ended = await run(
    `shutdown.configure({ drainTimeoutMs: 60_000 }); shutdown.add('x', () => say('hook'))`,
    `ask('/never')
  await sleep(50)
  say('kill me with SIGTERM')
  shutdown.signal.addEventListener('abort', () => process.kill(process.pid, 'SIGTERM'))`,
  )
  expect([ended.signal, ended.stdout.includes('hook')]).toEqual(['SIGTERM', false])
  expect(ended.durationMs).toBeLessThan(20_000)
})
