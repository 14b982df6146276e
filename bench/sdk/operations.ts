import { spawnSync } from 'node:child_process'
import { costRow, median, type Row, soloRow } from '../rows.ts'
import { peersFolder } from './peers.ts'

/** One row: the operation of ours.mjs and, where there is one, that of peers.mjs it is held against. */
interface Compared {
  readonly row: string
  readonly ours: string
  readonly peer: string | undefined
}

const compared: readonly Compared[] = [
  { row: 'log line, 5 fields, trace ids vs pino', ours: 'log line', peer: 'pino: log line' },
  {
    row: 'info: log line, 5 fields, trace ids, null sink vs pino (target 0.8)',
    ours: 'log line, null sink',
    peer: 'pino: log line, null sink',
  },
  { row: 'info: log line, 5 fields, trace ids vs winston', ours: 'log line', peer: 'winston: log line' },
  { row: 'log line, 5 fields, trace ids, JSON and OTLP', ours: 'log line with OTLP', peer: undefined },
  { row: 'disabled log vs pino', ours: 'disabled log', peer: 'pino: disabled log' },
  { row: 'counter, 3 labels vs prom-client', ours: 'counter, 3 labels', peer: 'prom-client: counter, 3 labels' },
  { row: 'info: counter, 3 labels vs otel', ours: 'counter, 3 labels', peer: 'otel: counter, 3 labels' },
  { row: 'counter, bound vs prom-client', ours: 'counter, bound', peer: 'prom-client: counter, bound' },
  { row: 'histogram, bound vs prom-client', ours: 'histogram, bound', peer: 'prom-client: histogram, bound' },
  {
    row: 'info: histogram, 3 labels vs prom-client',
    ours: 'histogram, 3 labels',
    peer: 'prom-client: histogram, 3 labels',
  },
  { row: 'info: histogram, 3 labels vs otel', ours: 'histogram, 3 labels', peer: 'otel: histogram, 3 labels' },
  {
    row: 'info: native histogram, bound vs otel exponential',
    ours: 'native histogram, bound',
    peer: 'otel: exponential histogram',
  },
  { row: 'info: summary, bound vs prom-client', ours: 'summary, bound', peer: 'prom-client: summary, bound' },
  { row: 'info: gauge, 3 labels vs otel', ours: 'gauge, 3 labels', peer: 'otel: gauge, 3 labels' },
  { row: 'scrape 10k series vs prom-client', ours: 'scrape', peer: 'prom-client: scrape' },
  {
    row: 'info: scrape 10k series, protobuf vs prom-client text',
    ours: 'scrape, protobuf',
    peer: 'prom-client: scrape',
  },
  { row: 'span, 5 attributes vs otel', ours: 'span, 5 attributes', peer: 'otel: span, 5 attributes' },
]

interface Measured {
  readonly nanoseconds: number
  /** The longest the event loop stood still, by the clock and by its own CPU time; 0 where it was not looked at. */
  readonly stallMs: number
  readonly stallCpuMs: number
}

/** Rows that only inform have one process a side. */
const processesOf = (row: string) => (row.startsWith('info:') ? 1 : 3)

/** Each operation in processes of its own, ours and the peer's in turn; stdout is /dev/null. Medians. */
export function benchOperations(entry: string): Row[] {
  return compared.flatMap(({ row, ours, peer }) => {
    const found: { ours: Measured[]; peer: Measured[] } = { ours: [], peer: [] }
    for (let i = 0; i < processesOf(row); i++) {
      found.ours.push(measure('ours.mjs', ours, entry))
      if (peer !== undefined) found.peer.push(measure('peers.mjs', peer, entry))
    }
    const figure = (of: Measured[]) => median(of.map(({ nanoseconds }) => nanoseconds))
    const stalls = (of: Measured[], which: 'stallMs' | 'stallCpuMs') => Math.max(...of.map((one) => one[which]))
    if (peer === undefined) return [soloRow(row, figure(found.ours), 'ns')]
    const rows = [costRow(row, figure(found.ours), figure(found.peer), 'ns')]
    const stallRow = (what: string, which: 'stallMs' | 'stallCpuMs') =>
      costRow(
        `info: ${row.replace(/^info: /, '')}, longest stall${what}`,
        stalls(found.ours, which),
        stalls(found.peer, which),
        'ms',
      )
    if (stalls(found.ours, 'stallMs') > 0) rows.push(stallRow('', 'stallMs'))
    if (stalls(found.ours, 'stallCpuMs') > 0) rows.push(stallRow(' by CPU', 'stallCpuMs'))
    return rows
  })
}

function measure(program: string, operation: string, entry: string): Measured {
  const ran = spawnSync(process.execPath, [program, operation], {
    cwd: peersFolder,
    encoding: 'utf8',
    env: { ...process.env, WAKELINE_ENTRY: entry },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const figure = /^measured (\S+)$/m.exec(ran.stderr)?.[1]
  if (figure === undefined) throw new Error(`Cannot measure "${operation}": ${ran.stderr}`)
  const stalled = (pattern: RegExp) => Number(pattern.exec(ran.stderr)?.[1] ?? 0)
  return {
    nanoseconds: Number(figure),
    stallMs: stalled(/^stalled (\S+)$/m),
    stallCpuMs: stalled(/^stalled by CPU (\S+)$/m),
  }
}
