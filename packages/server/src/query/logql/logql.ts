import type { AttributeValue, LogRecord, ResourceRecord } from '@wakeline/protocol'
import { printAttribute } from '@wakeline/protocol'
import { isRefused, type Refused } from '../../base/refused.ts'
import { askMatchingLogs } from '../logs.ts'
import { askOrigins } from '../origins.ts'
import type { Ends } from '../plan/logs.ts'
import type { Running } from '../run.ts'
import type { TimeRange } from '../time-range.ts'
import type { LogMetric, LogQl } from './ast.ts'
import { evaluateLogMetric, type LogMetricResult, type LogSeries, labelsKey } from './evaluate.ts'
import {
  askLabelKeys,
  isLevelLabel,
  isServiceLabel,
  type LabelKeys,
  labelOf,
  levelLabel,
  serviceLabel,
} from './label-keys.ts'
import { levelOf } from './levels.ts'
import { parseLogQl } from './parse.ts'
import { planLogs } from './plan.ts'
import { type RangeCountRow, rangeCountsSql } from './range-sql.ts'
import { LogQlError } from './tokenize.ts'

/** LogQL over the same logs that our own search reads: parse, plan to the same conditions, count in the engine. */
export type LogQlAsk = TimeRange & {
  query: string
  stepMs: number
  order: 'newest' | 'oldest'
  limit: number
  /** Of lines: the range, if its ends are no whole milliseconds. */
  ends?: Ends
}

export type LogStreams = { is: 'streams'; streams: { labels: Record<string, string>; records: LogRecord[] }[] }
export type LogStream = { labels: Record<string, string>; records: number; bytes: number }
export type LogMetrics = { is: 'metric'; fromMs: number; stepMs: number; result: LogMetricResult }

export async function askLogQl(ask: LogQlAsk, running: Running): Promise<LogStreams | LogMetrics | Refused> {
  return refusing(ask.query, async () => {
    const parsed: LogQl = parseLogQl(ask.query)
    const keys = await askLabelKeys(ask, running)
    if (parsed.is === 'logs') {
      const answer = await askMatchingLogs(planLogs(parsed, keys), ask, running)
      if (isRefused(answer)) return answer
      return streamsOf(answer.records, answer.resources)
    }
    const steps = Math.floor((ask.toMs - ask.fromMs) / ask.stepMs) + 1
    const result = await evaluateLogMetric(parsed, steps, (range) =>
      askRange(range, parsed, { ask, keys, steps, running }),
    )
    return { is: 'metric', fromMs: ask.fromMs, stepMs: ask.stepMs, result }
  })
}

/** Streams of every record in a time, of those a selector finds: their labels alone. */
export async function askLogStreams(
  ask: TimeRange & { query: string },
  running: Running,
): Promise<LogStream[] | Refused> {
  return refusing(ask.query, async () => {
    const parsed = parseLogQl(ask.query)
    if (parsed.is !== 'logs') throw new LogQlError('expected a selector such as {service_name="shop"}', 0)
    const keys = await askLabelKeys(ask, running)
    const rangeMs = ask.toMs - ask.fromMs
    const range = { fromMs: ask.fromMs, toMs: ask.toMs, bucketMs: rangeMs, condition: planLogs(parsed, keys) }
    const rows = await running.rows<RangeCountRow>(rangeCountsSql({ ...range, labels: [] }))
    const labelsOf = await streamLabels(rows, { named: [], own: [] }, running)
    return rows.map((row) => ({ labels: labelsOf(row), records: Number(row.records), bytes: Number(row.bytes) }))
  })
}

async function refusing<Answer>(query: string, answer: () => Promise<Answer | Refused>): Promise<Answer | Refused> {
  try {
    return await answer()
  } catch (error) {
    if (!(error instanceof LogQlError)) throw error
    const { message, position } = error
    // Loki's errors are text alone, so the place stands in it, as in Loki's own.
    const before = query.slice(0, position).split('\n')
    const place = `line ${before.length}, col ${(before.at(-1)?.length ?? 0) + 1}`
    return { refused: 'invalid_query', message: `Cannot read this LogQL at ${place}: ${message}`, position }
  }
}

function streamsOf(records: readonly LogRecord[], resources: Record<string, ResourceRecord>): LogStreams {
  const streams = new Map<string, { labels: Record<string, string>; records: LogRecord[] }>()
  for (const record of records) {
    const labels = recordLabels(record.service, record.severity, resources[record.resourceId]?.attributes ?? {})
    const key = labelsKey(labels)
    const stream = streams.get(key) ?? { labels, records: [] }
    streams.set(key, stream)
    stream.records.push(record)
  }
  return { is: 'streams', streams: [...streams.values()] }
}

function recordLabels(
  service: string,
  severity: number,
  attributes: Record<string, AttributeValue>,
): Record<string, string> {
  const labels = Object.entries(attributes).map(([key, value]) => [labelOf(key), printAttribute(value)])
  return { ...Object.fromEntries(labels), [serviceLabel]: service, [levelLabel]: levelOf(severity) }
}

type RangeAsk = { ask: LogQlAsk; keys: LabelKeys; steps: number; running: Running }

/** Counts by the greatest step that divides both step and range, summed over each window `(t - range, t]`. */
async function askRange(
  range: LogMetric & { is: 'range' },
  whole: LogMetric,
  { ask, keys, steps, running }: RangeAsk,
): Promise<LogSeries[]> {
  const bucketMs = greatestDivisor(ask.stepMs, range.rangeMs)
  const fromMs = ask.fromMs - range.rangeMs - range.offsetMs
  const toMs = fromMs + range.rangeMs + (steps - 1) * ask.stepMs
  const condition = planLogs(range.logs, keys)
  const named = groupingLabels(whole)
  const own = named.filter(
    (label) => !keys.streamLabels.includes(label) && !isLevelLabel(label) && !isServiceLabel(label),
  )
  const labels = own.map((label) => ({ label, keys: keys.keysOf(label) }))
  const rows = await running.rows<RangeCountRow>(rangeCountsSql({ fromMs, toMs, bucketMs, condition, labels }))
  const labelsOf = await streamLabels(rows, { named, own }, running)
  const isBytes = range.function === 'bytes_over_time' || range.function === 'bytes_rate'
  const isRate = range.function === 'rate' || range.function === 'bytes_rate'
  const length = Math.ceil((toMs - fromMs) / bucketMs)
  const buckets = new Map<string, { labels: Record<string, string>; records: Float64Array; bytes: Float64Array }>()
  for (const row of rows) {
    const labels = labelsOf(row)
    const key = labelsKey(labels)
    const series = buckets.get(key) ?? { labels, records: new Float64Array(length), bytes: new Float64Array(length) }
    buckets.set(key, series)
    const bucket = Number(row.bucket)
    series.records[bucket] = (series.records[bucket] ?? 0) + Number(row.records)
    series.bytes[bucket] = (series.bytes[bucket] ?? 0) + Number(row.bytes)
  }
  const [perStep, perRange] = [ask.stepMs / bucketMs, range.rangeMs / bucketMs]
  return [...buckets.values()].map(({ labels, records, bytes }) => {
    const lines = windows(records, { steps, perStep, perRange })
    // Where there are lines, though empty ones, there is a sum.
    const sums = isBytes ? windows(bytes, { steps, perStep, perRange }) : lines
    const values = sums.map((sum, step) => (lines[step] === 0 ? Number.NaN : sum))
    return { labels, values: isRate ? values.map((value) => (value * 1000) / range.rangeMs) : values }
  })
}

/** Sums of `perRange` buckets up to each step. */
function windows(
  counts: Float64Array,
  { steps, perStep, perRange }: { steps: number; perStep: number; perRange: number },
) {
  const sums = new Float64Array(counts.length + 1)
  for (const [index, count] of counts.entries()) sums[index + 1] = (sums[index] ?? 0) + count
  return Float64Array.from(
    { length: steps },
    (_, step) => (sums[step * perStep + perRange] ?? 0) - (sums[step * perStep] ?? 0),
  )
}

type NamedLabels = {
  /** Those of groupings; the service and the level go by several names. */
  named: readonly string[]
  /** Those that were read from the records. */
  own: readonly string[]
}

async function streamLabels(rows: readonly RangeCountRow[], { named, own }: NamedLabels, running: Running) {
  const { resources } = await askOrigins(
    rows.map(({ resource }) => ({ resource, scope: '0' })),
    running,
  )
  return (row: RangeCountRow): Record<string, string> => {
    const labels = recordLabels(row.service, Number(row.severity), resources[row.resource]?.attributes ?? {})
    for (const label of named) {
      const value = isLevelLabel(label) ? labels[levelLabel] : isServiceLabel(label) ? row.service : undefined
      if (value !== undefined) labels[label] = value
    }
    for (const [index, label] of own.entries()) {
      const value = row.extra[index] ?? ''
      if (value !== '') labels[label] = value
    }
    return labels
  }
}

/** Every label that a grouping names, wherever it stands. */
function groupingLabels(metric: LogMetric): string[] {
  switch (metric.is) {
    case 'aggregate':
      return [...metric.grouping.labels, ...groupingLabels(metric.of)]
    case 'arithmetic':
      return [...groupingLabels(metric.left), ...groupingLabels(metric.right)]
    default:
      return []
  }
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}
