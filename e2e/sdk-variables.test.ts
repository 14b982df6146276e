import { createServer } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { listen } from '../packages/sdk/src/testing/listen.ts'
import { startTlsBackend } from '../packages/sdk/src/testing/tls-backend.ts'
import { sdkForTests } from './sdk-for-tests.ts'
import { freePort } from './server.ts'

/** What OTEL_* variables alone make of a program. */

const backend = await startTlsBackend()
const { folder, collector } = await sdkForTests()
afterAll(() => backend?.stop())

const head = `
import { flush, log, meter, start, stop, trace } from 'wakeline'
start({ serviceName: 'x', logOutput: 'none' })
meter.counter('orders').add(3)
`
const scrape = `
const url = 'http://127.0.0.1:' + process.env.OTEL_EXPORTER_PROMETHEUS_PORT + '/metrics'
async function scraped(wanted) {
  for (;;) {
    const text = await fetch(url).then((answer) => answer.text(), () => '')
    if (wanted.test(text)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
`

test.each([
  ['prometheus', 0],
  ['otlp,prometheus', 1],
])(
  'OTEL_METRICS_EXPORTER=%s answers scrapes on a port of its own, which keeps no process alive',
  async (exporter, pushes) => {
    const program = `${head}${scrape}
await scraped(/^orders_total 3$/m)
await flush()
await stop()
console.log(await fetch(url).then(() => 'still there', () => 'gone'))
start({ serviceName: 'x', logOutput: 'none' })
await scraped(/^orders_total 3$/m)
console.log('again')`
    collector.requests.length = 0
    const ended = await folder.run({ 'a.mjs': program }, ['a.mjs'], {
      OTEL_METRICS_EXPORTER: exporter,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
    })
    expect(ended).toMatchObject({ code: 0, stdout: 'gone\nagain\n', stderr: '' })
    expect(Math.min(1, collector.requests.filter(({ path }) => path === '/v1/metrics').length)).toBe(pushes)
  },
)

test('OTEL_METRICS_EXPORTER=prometheus in a cluster with a thread: one port has the metrics of all, and nobody complains', async () => {
  const program = `
import cluster from 'node:cluster'
import { Worker } from 'node:worker_threads'
${head}${scrape}
if (cluster.isPrimary) {
  for (let i = 0; i < 2; i++) cluster.fork()
  const thread = new Worker(new URL('./thread.mjs', import.meta.url))
  await scraped(/^orders_total 12$/m)
  console.log('all')
  await thread.terminate()
  for (const worker of Object.values(cluster.workers)) worker.disconnect()
} else setInterval(() => {}, 1000).unref()`
  const ended = await folder.run({ 'b.mjs': program, 'thread.mjs': `${head}setInterval(() => {}, 1000)` }, ['b.mjs'], {
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
  })
  expect(ended).toMatchObject({ code: 0, stdout: 'all\n', stderr: '' })
})

test('a port that is taken is said, and the program goes on', async () => {
  const server = createServer()
  const port = String(await listen(server))
  const program = `${head}setTimeout(() => console.log('done'), 500)`
  const env = { OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: port }
  const ended = await folder.run({ 'c.mjs': program }, ['c.mjs'], env)
  server.close()
  expect(ended).toMatchObject({ code: 0, stdout: 'done\n' })
  expect(ended.stderr).toContain(`Cannot listen on 127.0.0.1:${port} for /metrics`)
})

test.skipIf(!backend).each(['', 'process.exit(0)'])(
  'certificates of one signal are shown and trusted, at the end of a process too: "%s"',
  async (end) => {
    const { url = '', cert = '', key = '', requests = [] } = backend ?? {}
    requests.length = 0
    const ended = await folder.run({ 'd.mjs': `${head}trace('job', () => {})\n${end}` }, ['d.mjs'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_CERTIFICATE: cert,
      OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: cert,
      OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: key,
    })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const seen = new Set(requests.map(({ path, client }) => `${path} ${client}`))
    expect([...seen].sort()).toEqual(['/v1/metrics nobody', '/v1/traces localhost'])
  },
)
