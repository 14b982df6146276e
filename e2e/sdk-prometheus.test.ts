import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readExposition } from '../packages/server/src/ingest/exposition/read-exposition.ts'
import { makeSdkFolder, type SdkFolder } from './sdk-program.ts'

const program = `
import { meter, start, trace } from 'wakeline'
import { serveMetrics } from 'wakeline/prometheus'
start({ serviceName: 'shop', endpoint: 'http://127.0.0.1:1', logOutput: 'none' })
meter.counter('orders', { unit: '{order}', description: 'Orders taken.' }).add(3, { kind: 'new "\\\\ \\n' })
meter.gauge('disk.usage', { unit: '1' }).set(0.5)
trace('job', () => meter.histogram('job.duration', { unit: 's' }).record(0.3, { queue: 'mail' }))
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

test.runIf(installed('prometheus'))('prometheus scrapes it', async () => {
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
  ]
  const prometheus = spawn('prometheus', args, { stdio: 'ignore' })
  try {
    const ask = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent('orders_total + on() up')}`
    const answered = async () => (await fetch(ask).catch(() => undefined))?.text()
    let answer = await answered()
    for (let i = 0; i < 300 && !answer?.includes('"4"'); i++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      answer = await answered()
    }
    expect(answer).toContain('"4"')
  } finally {
    prometheus.kill('SIGKILL')
    await rm(home, { recursive: true, force: true })
  }
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}
