import { type LogRecord, printAttribute } from '@wakeline/protocol'
import type { LogSeries } from '../../query/logql/evaluate.ts'
import { labelOf } from '../../query/logql/label-keys.ts'
import type { LogMetrics, LogStreams } from '../../query/logql/logql.ts'
import { printNumber } from '../../query/promql/parse/literals.ts'

/**
 * Answers in Loki's shape. Attributes of records are structured metadata: apart from the line where the client asked for
 * them so (`categorize-labels`, as Grafana does), else labels of the stream, as in Loki.
 */
export function lokiStreams({ streams }: LogStreams, isCategorized: boolean): object {
  if (isCategorized) {
    const result = streams.map(({ labels, records }) => ({
      stream: labels,
      values: records.map((record) => [...lineOf(record), { structuredMetadata: metadataOf(record), parsed: {} }]),
    }))
    return { resultType: 'streams', encodingFlags: ['categorize-labels'], result, stats: {} }
  }
  const byLabels = new Map<string, { stream: Record<string, string>; values: [string, string][] }>()
  for (const { labels, records } of streams) {
    for (const record of records) {
      const stream = { ...labels, ...metadataOf(record) }
      const key = JSON.stringify(stream)
      const found = byLabels.get(key) ?? { stream, values: [] }
      byLabels.set(key, found)
      found.values.push(lineOf(record))
    }
  }
  return { resultType: 'streams', result: [...byLabels.values()], stats: {} }
}

function lineOf(record: LogRecord): [string, string] {
  const time = record.timeUnixNano === '0' ? record.observedUnixNano : record.timeUnixNano
  return [time, printAttribute(record.body)]
}

function metadataOf({ attributes, traceId, spanId }: LogRecord): Record<string, string> {
  const metadata = Object.entries(attributes).map(([key, value]) => [labelOf(key), printAttribute(value)])
  return {
    ...Object.fromEntries(metadata),
    ...(traceId && { trace_id: traceId }),
    ...(spanId && { span_id: spanId }),
  }
}

export function lokiMatrix({ result, fromMs, stepMs }: LogMetrics): object {
  const series = seriesOf(result).map(({ labels, values }) => ({
    metric: labels,
    values: [...values].flatMap((value, step) =>
      Number.isNaN(value) ? [] : [[(fromMs + step * stepMs) / 1000, printNumber(value)]],
    ),
  }))
  return { resultType: 'matrix', result: series.filter(({ values }) => values.length > 0), stats: {} }
}

/** An instant: the one value of each series, for volumes the greatest first. */
export function lokiVector({ result, fromMs }: LogMetrics, order: 'as found' | 'greatest first' = 'as found'): object {
  if (result.is === 'scalar') {
    return { resultType: 'scalar', result: [fromMs / 1000, printNumber(result.value)], stats: {} }
  }
  const { series } = result
  const first = (one: LogSeries): number => one.values[0] ?? Number.NaN
  const ordered = order === 'as found' ? series : series.toSorted((a, b) => first(b) - first(a))
  const vector = ordered.flatMap(({ labels, values: [value = Number.NaN] }) =>
    Number.isNaN(value) ? [] : [{ metric: labels, value: [fromMs / 1000, printNumber(value)] }],
  )
  return { resultType: 'vector', result: vector, stats: {} }
}

function seriesOf(result: LogMetrics['result']): readonly LogSeries[] {
  return result.is === 'series' ? result.series : [{ labels: {}, values: Float64Array.of(result.value) }]
}
