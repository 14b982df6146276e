import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readExposition } from '../packages/server/src/ingest/exposition/read-exposition.ts'
import { makeSdkFolder, type SdkFolder } from './sdk-program.ts'
import { freePort } from './server.ts'

const program = `
import { meter, start, trace } from 'wakeline'
import { nativeHistogram, summary, system } from 'wakeline/metrics'
import { serveMetrics } from 'wakeline/prometheus'
start({ serviceName: 'shop', endpoint: 'http://127.0.0.1:1', logOutput: 'none' })
meter.counter('orders', { unit: '{order}', description: 'Orders taken.' }).add(3, { kind: 'new "\\\\ \\n' })
meter.gauge('disk.usage', { unit: '1' }).set(0.5)
trace('job', () => meter.histogram('job.duration', { unit: 's' }).record(0.3, { queue: 'mail' }))
const wait = nativeHistogram('queue.wait', { unit: 's', description: 'Time in the queue.' })
for (let i = 1; i <= 1000; i++) trace('take', () => wait.record(i / 1000))
for (const value of [0, -0.25]) wait.record(value)
const size = summary('message.size', { unit: 'By', description: 'Size of messages.', quantiles: [0.5, 0.99] })
for (let i = 1; i <= 100; i++) size.record(i)
system.start()
// Until the metrics of the process and of the machine are there.
await new Promise((resolve) => setTimeout(resolve, 500))
const { url } = await serveMetrics({ port: 0 })
console.log(url)
setInterval(() => {}, 1000)
`

let folder: SdkFolder
let child: ChildProcess
let url: string

beforeAll(async () => {
  folder = await makeSdkFolder()
  await writeFile(join(folder.path, 'app.mjs'), program)
  child = spawn(process.execPath, ['app.mjs'], { cwd: folder.path, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = child.stdout === null ? [] : await once(child.stdout, 'data')
  url = String(line).trim()
})
afterAll(async () => {
  child.kill('SIGKILL')
  await folder.remove()
})

const read = async (accept: string) => (await fetch(url, { headers: { accept } })).text()

test('a strict reader takes what is published, in both languages', async () => {
  const text = readExposition(await read('text/plain'), 'text', true)
  expect('refused' in text ? text.refused : text.samples.find(({ name }) => name === 'orders_total')).toEqual({
    name: 'orders_total',
    labels: [['kind', 'new "\\ \n']],
    value: 3,
  })
  const open = readExposition(await read('application/openmetrics-text; version=1.0.0'), 'openmetrics', true)
  if ('refused' in open) throw new Error(open.refused)
  const buckets = open.samples.filter(({ name }) => name === 'job_duration_seconds_bucket')
  expect(buckets.find(({ exemplar }) => exemplar !== undefined)?.exemplar?.labels.map(([name]) => name)).toEqual([
    'trace_id',
    'span_id',
  ])
  expect(open.metadata.get('job_duration_seconds')).toMatchObject({ type: 'histogram', unit: 'seconds' })
})

const installed = (command: string) => spawnSync(command, ['--version']).error === undefined

test.runIf(installed('promtool'))('promtool has nothing to say', async () => {
  const input = await read('text/plain')
  const ran = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
  expect([ran.status, ran.stdout + ran.stderr]).toEqual([0, ''])
})

interface Scraped {
  readonly format: string
  readonly flags: readonly string[]
  /** What is asked and answered, after the value of `orders_total`. */
  readonly answers: readonly (readonly [query: string, value: number])[]
}

const quantile = 'histogram_quantile(0.5, queue_wait_seconds)'
const ofBuckets = 'histogram_quantile(0.5, sum by (le) (queue_wait_seconds_bucket))'

test.runIf(installed('prometheus')).each<Scraped>([
  { format: 'text', flags: [], answers: [[ofBuckets, 0.5]] },
  { format: 'OpenMetrics with exemplars', flags: ['exemplar-storage'], answers: [[ofBuckets, 0.5]] },
  {
    format: 'protobuf with native histograms',
    flags: ['native-histograms', 'exemplar-storage'],
    answers: [
      [quantile, 0.5],
      ['histogram_count(queue_wait_seconds)', 1002],
      ['histogram_sum(queue_wait_seconds)', 500.25],
      ['histogram_fraction(-1, -0.1, queue_wait_seconds) * 1002', 1],
    ],
  },
])(
  'prometheus scrapes it as $format',
  async ({ flags, answers }) => {
    const prometheus = await startPrometheus(flags)
    try {
      await prometheus.until('orders_total + on() up', 4)
      await prometheus.until('message_size_bytes{quantile="0.5"}', 50)
      await prometheus.until('message_size_bytes_sum', 5050)
      for (const [query, value] of answers) await prometheus.until(query, value)
      if (!flags.includes('exemplar-storage')) return
      const exemplars = await prometheus.get('query_exemplars?query=queue_wait_seconds_bucket&start=0&end=9999999999')
      const all = await prometheus.get('query_exemplars?query=job_duration_seconds_bucket&start=0&end=9999999999')
      expect(exemplars + all).toMatch(/"trace_id":"[0-9a-f]{32}"/)
    } finally {
      await prometheus.stop()
    }
  },
  60_000,
)

async function startPrometheus(features: readonly string[]) {
  const home = await mkdtemp(join(tmpdir(), 'wakeline-prometheus-'))
  const port = await freePort()
  const config = `scrape_configs:
  - job_name: shop
    scrape_interval: 1s
    static_configs: [{ targets: ['${new URL(url).host}'] }]
`
  await writeFile(join(home, 'prometheus.yml'), config)
  const args = [
    `--config.file=${join(home, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(home, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    ...features.map((feature) => `--enable-feature=${feature}`),
  ]
  const prometheus = spawn('prometheus', args, { stdio: 'ignore' })
  const get = async (path: string) =>
    (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`).catch(() => undefined))?.text() ?? ''
  const ask = async (query: string) =>
    Number(/"value":\[[^,]*,"([^"]*)"/.exec(await get(`query?query=${encodeURIComponent(query)}`))?.[1])
  return {
    get,
    /** Waits for this answer, within one part in a hundred. */
    until: async (query: string, value: number) => {
      let answer = await ask(query)
      for (let i = 0; i < 300 && !(Math.abs(answer - value) <= Math.abs(value) / 100); i++) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        answer = await ask(query)
      }
      expect(Math.abs(answer - value), `${query} is ${answer}, not ${value}`).toBeLessThanOrEqual(Math.abs(value) / 100)
    },
    stop: async () => {
      prometheus.kill('SIGKILL')
      await once(prometheus, 'exit')
      await rm(home, { recursive: true, force: true })
    },
  }
}
