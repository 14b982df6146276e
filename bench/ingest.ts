import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { StatusAnswer } from '@wakeline/protocol'
import { eventually, type RunningServer, root, startServer } from '../e2e/server.ts'
import type { LoadOptions, LoadResult } from './load-generator.ts'
import type { BodyKind } from './otlp-bodies.ts'
import { ProcessCost } from './process-cost.ts'
import { costRow, median, type Row, rateRow, soloRow } from './rows.ts'
import { storedBytes } from './stored-bytes.ts'

/**
 * From OTLP bytes to queryable rows: a real server in a process of its own, a load generator in another, both on this
 * machine. For each signal:
 *
 *   acknowledged  records a second that were answered 200, so durable, while the generator ran
 *   sustained     records a second until the last of them was queryable
 *   cpu           the server's CPU time for one record, until its merges were quiet again
 */
type Measured = {
  acknowledgedRate: number
  sustainedRate: number
  cpuMicroseconds: number
  /** The same for each kind of thread. */
  cpuByThread: Readonly<Record<string, number>>
  bytesEach: number
  wireBytesEach: number
  residentMaxBytes: number
}

export async function benchIngest({ seconds }: { seconds: number }): Promise<Row[]> {
  const spans = await measure('spans', seconds)
  const logs = await measure('logs', seconds)
  const samples = await measure('samples', seconds)
  const grpc = await measureGrpc(Math.max(2, seconds / 6))
  return [
    rateRow('spans sustained (target 250000/s)', spans.sustainedRate, 250_000, 'spans/s'),
    rateRow(`spans acknowledged ${seconds} s (target 400000/s)`, spans.acknowledgedRate, 400_000, 'spans/s'),
    rateRow('logs sustained (target 250000/s)', logs.sustainedRate, 250_000, 'logs/s'),
    costRow('cpu per span (target 4.5 us)', spans.cpuMicroseconds, 4.5, 'us'),
    costRow('bytes per span (target 60)', spans.bytesEach, 60, 'bytes'),
    costRow('bytes per log (target a tenth of their OTLP bytes)', logs.bytesEach, logs.wireBytesEach / 10, 'bytes'),
    rateRow('info: spans sustained (target of the first issue 100000/s)', spans.sustainedRate, 100_000, 'spans/s'),
    grpc,
    costRow('resident memory most (target 1200 MB)', spans.residentMaxBytes / 1e6, 1_200, 'MB'),
    rateRow('info: samples sustained (target 250000/s)', samples.sustainedRate, 250_000, 'samples/s'),
    costRow('info: cpu per log (target 4.5 us)', logs.cpuMicroseconds, 4.5, 'us'),
    costRow('info: cpu per sample (target 2.3 us)', samples.cpuMicroseconds, 2.3, 'us'),
    ...Object.entries(spans.cpuByThread).map(([name, us]) => soloRow(`cpu per span, ${name}`, us, 'us')),
    ...Object.entries(logs.cpuByThread).map(([name, us]) => soloRow(`cpu per log, ${name}`, us, 'us')),
  ]
}

async function measure(kind: BodyKind, seconds: number): Promise<Measured> {
  const server = await startServer()
  const cost = new ProcessCost(server.child.pid ?? 0)
  try {
    console.error(`${kind}: warming up, then ${seconds} s of load, then waiting for the merges`)
    const warm = await generate({ url: server.otlpHttp, kind, seconds: 2 })
    await loaded(server, kind, warm.acknowledged)
    const before = cost.read()
    const result = await generate({ url: server.otlpHttp, kind, seconds })
    const sentMs = performance.now()
    await loaded(server, kind, warm.acknowledged + result.acknowledged)
    const queryableSeconds = result.seconds + (performance.now() - sentMs) / 1000
    await quiet(cost)
    const after = cost.read()
    const each = (threads: Readonly<Record<string, number>>, name: string): number =>
      ((threads[name] ?? 0) - (before.byThread[name] ?? 0)) / result.acknowledged
    if (result.later > 0) console.error(`${kind}: told ${result.later} times to come back later`)
    return {
      acknowledgedRate: result.acknowledged / result.seconds,
      sustainedRate: result.acknowledged / queryableSeconds,
      cpuMicroseconds: (after.microseconds - before.microseconds) / result.acknowledged,
      cpuByThread: Object.fromEntries(Object.keys(after.byThread).map((name) => [name, each(after.byThread, name)])),
      bytesEach: storedBytes(server.directory) / (warm.acknowledged + result.acknowledged),
      wireBytesEach: result.bodyBytes / result.acknowledged,
      residentMaxBytes: cost.residentMaxBytes(),
    }
  } finally {
    cost.stop()
    await server.stop()
  }
}

/** Spans over gRPC and over HTTP in turn, to one server: median of the rounds of each. */
async function measureGrpc(seconds: number): Promise<Row> {
  const server = await startServer()
  try {
    const rates: { http: number[]; grpc: number[] } = { http: [], grpc: [] }
    for (let round = 0; round < 4; round += 1) {
      for (const [name, url] of [
        ['http', server.otlpHttp],
        ['grpc', server.otlpGrpc.replace(/^http/, 'grpc')],
      ] as const) {
        const result = await generate({ url, kind: 'spans', seconds })
        // The first of each warms up.
        if (round > 0) rates[name].push(result.acknowledged / result.seconds)
      }
    }
    return rateRow('spans by grpc (target 0.7 of http)', median(rates.grpc), 0.7 * median(rates.http), 'spans/s')
  } finally {
    await server.stop()
  }
}

export function generate(load: Omit<LoadOptions, 'connections'>): Promise<LoadResult> {
  const options = JSON.stringify({ ...load, connections: 16 })
  const script = join(root, 'bench/load-generator.ts')
  const child = spawn(process.execPath, ['--conditions=wakeline-source', '--import', 'tsx', script, options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(output.trim().split('\n').at(-1) ?? ''))
      else reject(new Error(`The load generator ended with exit code ${code}: ${output}`))
    })
  })
}

const statusKeys: Readonly<Record<BodyKind, 'spans' | 'logs' | 'points'>> = {
  spans: 'spans',
  logs: 'logs',
  samples: 'points',
}

/** Waits until as many records are queryable as were acknowledged; fewer after a while is an error, more too. */
export async function loaded(server: RunningServer, kind: BodyKind, count: number): Promise<void> {
  const ask = async (): Promise<number> => (await server.ask<StatusAnswer>('/status')).ingest[statusKeys[kind]].loaded
  const found = await eventually(ask, (rows) => rows >= count, 600_000)
  if (found !== count) throw new Error(`${count} ${kind} were acknowledged and ${found} are in the store`)
}

/** Until the server used less than 2 % of a core for 3 seconds: merges are over. */
async function quiet(cost: ProcessCost): Promise<void> {
  let calm = 0
  for (let second = 0; second < 90 && calm < 3; second += 1) {
    const before = cost.read().microseconds
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    calm = cost.read().microseconds - before < 20_000 ? calm + 1 : 0
  }
}
