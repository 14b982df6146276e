import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { promisify } from 'node:util'
import { startApi } from '../packages/server/src/api/api.ts'
import { openQuery } from '../packages/server/src/query/query.ts'
import { openTestWorld } from '../packages/server/src/query/test-world/world.case.ts'
import { costRow, type Row, soloRow } from './rows.ts'

/**
 * PromQL over HTTP, ours and Debian's Prometheus in turn over the same 10,000 series x 240 samples (1 h, every 15 s), at
 * steps of 60 s. Medians of 5 after one that is not counted: caches are warm. Where there is no Prometheus, ours alone.
 */
const series = 10_000
const samples = 240
const startMs = Date.UTC(2026, 0, 5, 10)
const intervalMs = 15_000
const rounds = 5
const queries = [
  'sum by (job) (rate(x_total[5m]))',
  'topk(5, rate(x_total[5m]))',
  'max_over_time(x_total{status="500"}[10m])',
]

/** The SQL beside has the same three formulas. */
const sampleAt = (id: number, i: number): number => i * (1 + id) + id
const statusOf = (id: number): number => 200 + 100 * (id % 4)

export async function benchQuery(): Promise<Row[]> {
  const ours = await startOurs()
  const peer = await startPrometheus()
  try {
    const rows: Row[] = []
    for (const query of queries) {
      const oursMs: number[] = []
      const peerMs: number[] = []
      for (let round = 0; round <= rounds; round++) {
        const [own, other] = [await ask(ours.url, query), peer === undefined ? undefined : await ask(peer.url, query)]
        if (other !== undefined && other.result !== own.result)
          throw new Error(`Cannot compare "${query}": ${own.result} here, ${other.result} there`)
        if (round === 0) continue
        oursMs.push(own.ms)
        if (other !== undefined) peerMs.push(other.ms)
      }
      rows.push(
        peer === undefined
          ? soloRow(`${query}, no prometheus here to compare with`, median(oursMs), 'ms')
          : costRow(`${query} vs prometheus`, median(oursMs), median(peerMs), 'ms'),
      )
    }
    return rows
  } finally {
    await ours.stop()
    await peer?.stop()
  }
}

type Asked = { url: string; stop(): Promise<void> }

async function startOurs(): Promise<Asked> {
  const world = await openTestWorld()
  const job = "map('service.name', 'web')"
  world.insert(`INSERT INTO resources VALUES (1, '2026-01-05', 'web', '', ${job}, '', 0)`)
  world.insert(`INSERT INTO series SELECT number + 1, '2026-01-05', 'x', 'sum', 'cumulative', true, 'd', '', '', 'web', 1, 1,
    map('n', toString(number), 'status', toString(200 + 100 * (number % 4))), '' FROM numbers(${series})`)
  world.insert(`INSERT INTO samples SELECT number % ${series} + 1,
    fromUnixTimestamp64Milli(${startMs} + ${intervalMs} * intDiv(number, ${series}), 'UTC'), 0,
    intDiv(number, ${series}) * (1 + number % ${series}) + number % ${series}, 0 FROM numbers(${series * samples})`)
  const query = openQuery({
    reader: world.store,
    nowUnixMs: Date.now,
    options: {
      queryTimeoutMs: 60_000,
      queryMemoryMaxBytes: 512 * 1024 * 1024,
      queryRowsMax: 100_000,
      querySeriesMax: 50_000,
      querySamplesMax: 10_000_000,
      tailBufferMax: 1,
    },
  })
  const api = await startApi({
    query,
    status: () => Promise.reject(new Error('nobody asks')),
    metricsText: () => '',
    scrapeTargets: () => ({ active: [], dropped: [], droppedCounts: {} }),
    isReady: () => true,
    nowUnixMs: Date.now,
    report: (error) => console.error(error),
    host: '127.0.0.1',
    port: 0,
    token: '',
    uiDirectory: '',
    queriesAtOnceMax: 2,
    queriesWaitingMax: 10,
    tailViewersMax: 1,
  })
  return {
    url: `${api.url}/prometheus`,
    stop: async () => {
      await api.stop()
      query.close()
      await world.close()
    },
  }
}

async function startPrometheus(): Promise<Asked | undefined> {
  if (spawnSync('prometheus', ['--version']).status !== 0) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'wakeline-bench-prometheus-'))
  const text = join(directory, 'samples.txt')
  await writeOpenMetrics(text)
  const data = join(directory, 'data')
  await promisify(execFile)('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', text, data], {
    maxBuffer: 64 * 1024 * 1024,
  })
  const config = join(directory, 'prometheus.yml')
  writeFileSync(config, '')
  const port = await freePort()
  const child = spawn('prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    '--storage.tsdb.retention.time=100y',
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ])
  const url = `http://127.0.0.1:${port}`
  const stop = async (): Promise<void> => {
    await ended(child)
    rmSync(directory, { recursive: true, force: true })
  }
  for (let tries = 0; tries < 300; tries++) {
    const ready = await fetch(`${url}/-/ready`).then(
      ({ status }) => status === 200,
      () => false,
    )
    if (ready) return { url, stop }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await stop()
  throw new Error('Cannot start prometheus: it was not ready within 30 s')
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill()
  await once(child, 'exit')
}

async function writeOpenMetrics(path: string): Promise<void> {
  const file = createWriteStream(path)
  file.write('# TYPE x counter\n')
  for (let id = 0; id < series; id++) {
    let lines = ''
    for (let i = 0; i < samples; i++)
      lines += `x_total{job="web",n="${id}",status="${statusOf(id)}"} ${sampleAt(id, i)} ${(startMs + i * intervalMs) / 1000}\n`
    if (!file.write(lines)) await once(file, 'drain')
  }
  file.end('# EOF\n')
  await finished(file)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

type Timed = { ms: number; result: string }

/** How long it took, and how many series and points came: both sides have to give the same. */
async function ask(url: string, query: string): Promise<Timed> {
  const body = new URLSearchParams({
    query,
    start: String(startMs / 1000),
    end: String(startMs / 1000 + 3600),
    step: '60',
  })
  const before = performance.now()
  const response = await fetch(`${url}/api/v1/query_range`, { method: 'POST', body })
  const text = await response.text()
  const ms = performance.now() - before
  const answer: { data?: { result: { values: unknown[] }[] } } = JSON.parse(text)
  if (answer.data === undefined) throw new Error(`Cannot ask ${url} for ${query}: ${text.slice(0, 300)}`)
  const points = answer.data.result.reduce((sum, { values }) => sum + values.length, 0)
  return { ms, result: `${answer.data.result.length} series, ${points} points` }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
