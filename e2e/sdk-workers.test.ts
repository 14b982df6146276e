import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { until } from '../packages/sdk/src/testing/otlp-collector.ts'
import { sdkForTests } from './sdk-for-tests.ts'
import { eventually } from './server.ts'

/** What each worker does, of `cluster` or a thread: no word about the primary. */
const work = `
import { meter, trace } from 'wakeline'
import { nativeHistogram, summary } from 'wakeline/metrics'
export const orders = meter.counter('orders')
const open = meter.upDownCounter('open')
const depth = meter.gauge('depth')
const load = meter.gauge('load', { aggregate: 'max' })
const wait = nativeHistogram('wait', { unit: 's', boundaries: [1] })
const size = summary('size', { quantiles: [0.5] })
export function work(id) {
  orders.add(id, { kind: 'new' })
  open.add(1)
  depth.set(10 * id, { queue: 'mail' })
  load.set(id)
  trace('job', () => wait.record(0.5))
  size.record(id)
}
`

const clusterProgram = `
import cluster from 'node:cluster'
import { start } from 'wakeline'
import { serveMetrics } from 'wakeline/prometheus'
start({ serviceName: 'shop', endpoint: process.env.ENDPOINT, logOutput: 'none', metricIntervalMs: 300 })
if (cluster.isPrimary) {
  const workers = [1, 2, 3].map(() => cluster.fork())
  const answers = []
  for (const worker of workers) worker.on('message', (message) => {
    if (message === 'done') answers.push(worker.id)
    else if (message.served || message.blocks) return process.send(message)
    else console.error('unexpected message', message)
    if (answers.length === 3) process.send({ url: metrics.url })
  })
  const metrics = await serveMetrics({ port: 0 })
  process.on('message', ({ id, order }) => workers[id - 1].send(order))
  cluster.on('exit', () => process.send('exited'))
} else {
  const { orders, work } = await import('./work.mjs')
  work(cluster.worker.id)
  process.on('message', (order) => {
    if (order === 'count') { orders.add(100, { kind: 'new' }); process.send('done') }
    else if (order === 'serve') serveMetrics({ port: 0 }).then(({ url }) => process.send({ served: url }))
    else if (order === 'exit') { orders.add(1000, { kind: 'new' }); process.exit(0) }
    else if (order === 'block') process.send({ blocks: true }, () => { const end = Date.now() + 8000; while (Date.now() < end); })
    else console.error('unexpected order', order)
  })
  process.send('done')
}
`

const threadProgram = `
import { Worker, isMainThread, threadId, parentPort, workerData } from 'node:worker_threads'
if (isMainThread) {
  const { start } = await import('wakeline')
  const { serveMetrics } = await import('wakeline/prometheus')
  start({ serviceName: 'shop', endpoint: process.env.ENDPOINT, logOutput: 'none', metricIntervalMs: 300 })
  const metrics = await serveMetrics({ port: 0 })
  const workers = [1, 2, 3].map((id) => new Worker(new URL(import.meta.url), { workerData: id }))
  let done = 0
  for (const worker of workers) worker.on('message', (message) => {
    if (message.blocks) return process.send(message)
    if (message !== 'done') console.error('unexpected message', message)
    if (++done === 3) process.send({ url: metrics.url })
  }).on('exit', () => process.send('exited'))
  process.on('message', ({ id, order }) => workers[id - 1].postMessage(order))
} else {
  const { orders, work } = await import('./work.mjs')
  work(workerData)
  parentPort.on('message', (order) => {
    if (order === 'exit') { orders.add(1000, { kind: 'new' }); parentPort.close() }
    else { parentPort.postMessage({ blocks: true }); const end = Date.now() + 8000; while (Date.now() < end); }
  })
  parentPort.postMessage('done')
}
`

const { folder, collector } = await sdkForTests()
let child: ChildProcess | undefined
let stderr = ''

beforeAll(async () => {
  await writeFile(join(folder.path, 'work.mjs'), work)
  await writeFile(join(folder.path, 'cluster.mjs'), clusterProgram)
  await writeFile(join(folder.path, 'threads.mjs'), threadProgram)
})
afterEach(() => {
  child?.kill('SIGKILL')
})

async function run(program: string) {
  stderr = ''
  child = spawn(process.execPath, [program], {
    cwd: folder.path,
    env: { ...process.env, ENDPOINT: collector.url, WAKELINE_EXIT_TIMEOUT_MS: '100' },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    stderr += part
  })
  const [message]: unknown[] = await once(child, 'message')
  const url = String(Reflect.get(Object(message), 'url'))
  /** Waits for what is said of it: that a worker is over, or that it is about to block. */
  const tell = async (id: number, order: string) => {
    const answered = child !== undefined ? once(child, 'message') : undefined
    child?.send({ id, order })
    await answered
  }
  return { tell, child, scrape: () => scrapeAt(url) }
}

/** Samples by name and labels. */
async function scrapeAt(url: string): Promise<Map<string, number>> {
  const text = await (await fetch(url, { headers: { accept: 'text/plain' } })).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}

const shown = (samples: Map<string, number>) =>
  Object.fromEntries(
    [...samples].filter(([name]) => /^(orders|open|depth|load|wait|size)\b/.test(name.replace(/_/, ' '))),
  )

const together = (prefix: string) => ({
  'orders_total{kind="new"}': 6,
  open: 3,
  [`depth{queue="mail",worker_id="${prefix}1"}`]: 10,
  [`depth{queue="mail",worker_id="${prefix}2"}`]: 20,
  [`depth{queue="mail",worker_id="${prefix}3"}`]: 30,
  load: 3,
  'wait_seconds_bucket{le="1"}': 3,
  'wait_seconds_bucket{le="+Inf"}': 3,
  wait_seconds_sum: 1.5,
  wait_seconds_count: 3,
  'size{quantile="0.5"}': expect.closeTo(2, 1),
  size_sum: 6,
  size_count: 3,
})

/** Those of the first worker may still be on their way when it is over. */
/** On a machine that is busy with others, one may not have answered within its second: then it is the next time. */
const hasAll = (samples: Map<string, number>): boolean => samples.get('open') === 3
const hasLastWords = (samples: Map<string, number>): boolean =>
  samples.get('orders_total{kind="new"}') === 1006 && samples.get('open') === 2

test('workers of cluster are in the scrape and in the push of their primary, and what they counted stays', async () => {
  const { tell, child, scrape } = await run('cluster.mjs')
  const samples = await eventually(scrape, hasAll)
  expect(shown(samples)).toEqual(together(''))
  for (const id of [1, 2, 3])
    expect(samples.get(`process_resident_memory_bytes{worker_id="${id}"}`)).toBeGreaterThan(1e7)
  await until('the sum of all in the push', () =>
    collector.points.some(({ metric, value }) => metric === 'orders' && value === 6),
  )
  // Only the primary pushes: its sum is the only one there is.
  collector.points.length = 0
  await until('the next push', () => collector.points.some(({ metric }) => metric === 'orders'))
  expect(new Set(collector.points.filter(({ metric }) => metric === 'orders').map(({ value }) => value))).toEqual(
    new Set([6]),
  )

  // Whichever worker is scraped, the answer is of all.
  child.send({ id: 3, order: 'serve' })
  const [served]: unknown[] = await once(child, 'message')
  const ofWorker = await scrapeAt(String(Reflect.get(Object(served), 'served')))
  expect(shown(ofWorker)).toEqual(together(''))

  await tell(1, 'exit')
  const after = await eventually(scrape, hasLastWords)
  expect(after.get('orders_total{kind="new"}')).toBe(1006)
  expect(after.get('open')).toBe(2)
  expect([...after.keys()].filter((name) => name.startsWith('depth'))).toHaveLength(2)

  await tell(2, 'block')
  const late = await scrape()
  expect(late.get('orders_total{kind="new"}')).toBe(1006)
  expect(late.get('wakeline_sdk_workers{answered="false"}')).toBe(1)
  await until('what is said of it', () => stderr.includes('Worker 2 did not answer within 1000 ms'))
  expect(stderr).not.toContain('unexpected')
}, 30_000)

test('threads are in the scrape and in the push of the main thread, and what they counted stays', async () => {
  const { tell, scrape } = await run('threads.mjs')
  expect(shown(await eventually(scrape, hasAll))).toEqual(together('t'))
  await tell(1, 'exit')
  const after = await eventually(scrape, hasLastWords)
  expect(after.get('orders_total{kind="new"}')).toBe(1006)
  expect(after.get('open')).toBe(2)
  await until('the sum of all in the push', () =>
    collector.points.some(({ metric, value }) => metric === 'orders' && value === 1006),
  )
  await tell(2, 'block')
  const late = await scrape()
  expect(late.get('wakeline_sdk_workers{answered="false"}')).toBe(1)
  expect(stderr).not.toContain('unexpected')
}, 30_000)
