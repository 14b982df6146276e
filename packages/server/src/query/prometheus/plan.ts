import type { LabelMatcher } from '../promql/parse/ast.ts'
import { realCount, realCounts } from '../real-counts.ts'
import { id, ids, joined, type Sql, sql, trusted, uint } from '../sql.ts'
import { daysInRange } from '../time-range.ts'
import { partitionsOf } from './parts.ts'
import { idOf, type SeriesRow } from './series-rows.ts'

/** The SQL behind PromQL: names first, then the series of their days, then the points of those series. */

/** After the one, up to and including the other; what the engine's times can hold. */
export type SampleRange = { afterMs: number; untilMs: number }

const latestMs = Date.UTC(2299, 0)
const clamp = (ms: number): number => Math.min(Math.max(Math.trunc(ms), 0), latestMs)

export const daysOf = ({ afterMs, untilMs }: SampleRange): Sql =>
  daysInRange({ fromMs: Math.max(clamp(afterMs), 86_400_000), toMs: clamp(untilMs) })

const momentsOf = ({ afterMs, untilMs }: SampleRange): Sql => {
  // Before 1970 there is nothing: then "after" has to take in the first moment of all.
  const after = afterMs < 0 ? -1 : clamp(afterMs)
  const moment = (ms: number): Sql => sql`fromUnixTimestamp64Milli(${BigInt(ms)}, 'UTC')`
  return sql`ts > ${moment(after)} AND ts <= ${moment(clamp(untilMs))}`
}

export type MetricRow = {
  metric: string
  kind: string
  temporality: string
  monotonic: boolean
  unit: string
  description: string
  /** Of the days, counted anew on each and perhaps more than once. */
  series: number
  /** The lowest and the highest of their ids. */
  firstId: string
  lastId: string
}

/** Everything that was measured on the days of a range, in all its kinds and units. */
export function metricsSql(range: SampleRange): Sql {
  return sql`SELECT metric, kind, temporality, monotonic, unit, any(description) AS description,
  toUInt32(count()) AS series, min(series_id) AS firstId, max(series_id) AS lastId
FROM series
WHERE ${daysOf(range)}
GROUP BY metric, kind, temporality, monotonic, unit
ORDER BY metric, kind, unit`
}

/** Which series: those of some metrics that may fit the matchers. Matching in full is done on what comes back. */
export function seriesWhere(metrics: readonly string[], matchers: readonly LabelMatcher[], range: SampleRange): Sql {
  const conditions = matchers.flatMap(matcherSql).map((condition) => sql` AND ${condition}`)
  return sql`metric IN (${metrics}) AND ${daysOf(range)}${joined(conditions, '')}`
}

/** Columns of texts and ids; of what few series differ in, each text once (which `mapKeys` would not keep). */
export function seriesSql(where: Sql, seriesMax: number): Sql {
  return sql`SELECT series_id AS id, metric, kind, temporality, toLowCardinality(toString(monotonic)) AS is_monotonic,
  unit, toLowCardinality(toString(resource_id)) AS resource, attributes.keys AS keys, attributes.values AS values
FROM series
WHERE ${where}
LIMIT 1 BY series_id
LIMIT ${uint(seriesMax + 1)}`
}

/** Whether `seriesWhere` leaves nothing out of what matchers say, or nearly nothing. */
export const isSaidBySql = (matchers: readonly LabelMatcher[]): boolean =>
  matchers.every((matcher) => matcherSql(matcher).length > 0)

/** Labels that are not attributes of the series, or not them alone. */
const made: ReadonlySet<string> = new Set(['__name__', 'instance', 'le', 'quantile'])

/**
 * What a matcher says of a series' own attributes, where that can be said without knowing how names and values are
 * put together: some value is right. Matchers that a missing label fits say nothing.
 */
function matcherSql({ name, operator, value }: LabelMatcher): Sql[] {
  if (value === '' || made.has(name)) return []
  if (name === 'job')
    return operator === '=' ? [sql`(endsWith(${value}, service) OR has(mapKeys(attributes), 'job'))`] : []
  // A dotted name may be one of the resource; values of two attributes with one label name are joined by ";".
  if (name.includes('.') || value.includes(';')) return []
  if (operator === '=') return [sql`has(mapValues(attributes), ${value})`]
  if (operator === '=~' && isPlainPattern(value))
    return [sql`arrayExists(value -> match(value, ${`^(?s:${value})$`}), mapValues(attributes))`]
  return []
}

/** A pattern that means the same to every engine, and that the empty text does not fit. */
function isPlainPattern(pattern: string): boolean {
  return /^[\w ./:@-]+(\|[\w ./:@-]+)*$/.test(pattern)
}

export type ResourceRow = { id: string; keys: string[]; values: string[]; types: string }

export function resourcesSql(resources: readonly string[]): Sql {
  return sql`SELECT toString(resource_id) AS id, any(mapKeys(attributes)) AS keys, any(mapValues(attributes)) AS values, any(attribute_types) AS types
FROM resources
WHERE resource_id IN (${ids(resources)})
GROUP BY resource_id`
}

/** Series, each once, by their ids, or, where those would be too long a text, by the condition that found them. */
export function seriesPicked(found: readonly SeriesRow[], where: Sql): Sql {
  return found.length <= 4000 ? sql`series_id IN (${ids(found.map(idOf))})` : seriesFound(where)
}

export const seriesFound = (where: Sql): Sql => sql`series_id IN (SELECT series_id FROM series WHERE ${where})`

/** Both are included. */
export type IdRange = { first: bigint; last: bigint }

export const seriesBetween = ({ first, last }: IdRange): Sql =>
  sql`series_id >= ${id(first)} AND series_id <= ${id(last)}`

/** A staleness marker, wherever the sender said that there is no value any more. */
const markedValue = trusted(
  'if(bitAnd(flags, 1) = 1, reinterpretAsFloat64(toUInt64(9218868437227405314)), assumeNotNull(value))',
)
const list = (expression: string, name: string): Sql => trusted(`groupArray(toFloat64(${expression})) AS ${name}`)
const flat = (array: string, name: string): Sql =>
  trusted(
    `groupArray(toFloat64(length(${array}))) AS ${name}_lengths, CAST(arrayFlatten(groupArray(${array})), 'Array(Float64)') AS all_${name}`,
  )
const times = [list('toUnixTimestamp64Milli(ts)', 'times')]
const starts = [list('toUnixTimestamp64Milli(start_ts)', 'starts')]

export type PointsAsk = { picked: Sql; range: SampleRange; samplesMax: number; withStarts: boolean }
export type PointTable = 'samples' | 'histograms' | 'summaries'

function pointsSql(table: PointTable, columns: readonly Sql[], ask: PointsAsk): Sql {
  const all = [...times, ...(ask.withStarts ? starts : []), ...columns]
  return sql`SELECT series_id, ${joined(all, ', ')}
FROM (
  SELECT * FROM ${trusted(table)}
  WHERE ${ask.picked} AND ${momentsOf(ask.range)}
  LIMIT ${uint(ask.samplesMax + 1)}
)
GROUP BY series_id`
}

export const samplesSql = (ask: PointsAsk): Sql =>
  pointsSql('samples', [sql`groupArray(${markedValue}) AS points`], ask)

export type RawAsk = {
  picked: Sql
  range: SampleRange
  samplesMax: number
  /** Parts whose samples are known already. */
  without: readonly string[]
}

/** Whether any sample of these days says when its counter began: of none that is told without reading anything. */
export function anyStartsSql({ range, without }: Pick<RawAsk, 'range' | 'without'>): Sql {
  const [first, last] = partitionsOf(range)
  return sql`SELECT toUInt32(1) AS starts
FROM samples
WHERE _partition_id >= ${first} AND _partition_id <= ${last} AND ${hasStart}${notOf(without)}
LIMIT 1`
}

/** And whether one of these series does. */
export function startsSql({ picked, range, without }: RawAsk): Sql {
  return sql`SELECT toUInt32(1) AS starts
FROM samples
WHERE ${picked} AND ${momentsOf(range)} AND ${hasStart}${notOf(without)}
LIMIT 1`
}

const hasStart = trusted("start_ts > fromUnixTimestamp64Milli(0, 'UTC')")

const notOf = (parts: readonly string[]): Sql => (parts.length === 0 ? trusted('') : sql` AND _part NOT IN (${parts})`)

/**
 * Samples one a row, in few bytes, which is what reading them costs: 32 bits of the id, those from `shift` on, and
 * milliseconds after `baseOf(range)`.
 */
export function rawSamplesSql(ask: RawAsk, shift: number, withStarts: boolean): Sql {
  const columns = [
    trusted(`toUInt32(bitShiftRight(series_id, ${Math.trunc(shift)})) AS key`),
    sql`toUInt32(toUnixTimestamp64Milli(ts) - ${BigInt(baseOf(ask.range))}) AS t`,
    sql`${markedValue} AS v`,
    ...(withStarts ? [trusted('toFloat64(toUnixTimestamp64Milli(start_ts)) AS start')] : []),
  ]
  return sql`SELECT ${joined(columns, ', ')}
FROM samples
WHERE ${ask.picked} AND ${momentsOf(ask.range)}${notOf(ask.without)}
LIMIT ${uint(ask.samplesMax + 1)}
SETTINGS ${readWhole}`
}

/**
 * In pieces of seven granules, a little less than a megabyte: the engine prints a piece into memory that it doubles, clears and
 * copies as it grows, so of a little more it would need twice as much. And no PREWHERE: nearly all rows
 * of what the index leaves are wanted, and the series are looked for once less. One thread: two statements are read at a
 * time, and the main thread takes what they read.
 */
const readWhole = trusted(
  'max_block_size = 57344, preferred_block_size_bytes = 0, optimize_move_to_prewhere = 0, max_threads = 1',
)

export const baseOf = ({ afterMs }: SampleRange): number => clamp(afterMs)
/** Longer ones do not fit 32 bits of milliseconds. */
export const fitsRaw = (range: SampleRange): boolean => clamp(range.untilMs) - baseOf(range) < 2 ** 32

const totals = (count: string): Sql[] => [
  list('bitAnd(flags, 1)', 'stale'),
  list(count, 'counts'),
  trusted('groupArray(toFloat64(ifNull(sum, nan))) AS sums'),
]
const histogramTotals = totals(realCount('count'))

/** `buckets`: count and sum alone are most of what is asked, and a tenth of the bytes. */
export const boundedSql = (ask: PointsAsk, buckets: boolean): Sql =>
  pointsSql(
    'histograms',
    [...histogramTotals, ...(buckets ? [flat('bounds', 'bounds'), flat(realCounts('bucket_counts'), 'buckets')] : [])],
    ask,
  )

export const exponentialSql = (ask: PointsAsk): Sql =>
  pointsSql(
    'histograms',
    [
      ...histogramTotals,
      list('scale', 'scales'),
      list(realCount('zero_count'), 'zero_counts'),
      list('zero_threshold', 'zero_thresholds'),
      list('positive_offset', 'positive_offsets'),
      flat(realCounts('positive_counts'), 'positive'),
      list('negative_offset', 'negative_offsets'),
      flat(realCounts('negative_counts'), 'negative'),
    ],
    ask,
  )

export const summariesSql = (ask: PointsAsk): Sql =>
  pointsSql('summaries', [...totals('count'), flat('quantiles', 'quantiles'), flat('values', 'values')], ask)

/** The engine's own functions over a grid of steps that do what PromQL's do. */
export type GridFunction = 'Rate' | 'Increase' | 'Delta'
export type GridAsk = {
  picked: Sql
  startMs: number
  endMs: number
  stepMs: number
  rangeMs: number
}

/** Numbers of ours as constants: parameters of aggregate functions cannot be bound. */
const seconds = (ms: number): Sql => trusted(`toDecimal64('${(ms / 1000).toFixed(3)}', 3)`)
const constantMoment = (ms: number): Sql => trusted(`fromUnixTimestamp64Milli(${BigInt(ms)}, 'UTC')`)

/**
 * Points of each series at each step, a staleness marker where there is none, and beside them: how many samples there
 * were, whether one of them was not finite, and whether the counter said that it began anew among them, or in the window
 * before one of them.
 */
export function gridSql(name: GridFunction, ask: GridAsk): Sql {
  const { startMs, endMs, stepMs, rangeMs } = ask
  const grid = sql`${constantMoment(startMs)}, ${constantMoment(endMs)}, ${seconds(stepMs)}, ${seconds(rangeMs)}`
  return sql`SELECT series_id,
  CAST(arrayMap(point -> ifNull(point, reinterpretAsFloat64(toUInt64(9218868437227405314))), ${trusted(`timeSeries${name}ToGrid`)}(${grid})(ts, value)), 'Array(Float64)') AS points,
  [toFloat64(count()), toFloat64(countIf(NOT isFinite(value))),
    toFloat64(max(start_ts) != min(start_ts) OR max(start_ts) > min(ts) - toIntervalMillisecond(${BigInt(rangeMs)}))] AS facts
FROM samples
WHERE ${ask.picked} AND ${momentsOf({ afterMs: startMs - rangeMs, untilMs: endMs })} AND bitAnd(flags, 1) = 0
  AND reinterpretAsUInt64(value) != 9218868437227405314
GROUP BY series_id
SETTINGS allow_experimental_time_series_aggregate_functions = 1`
}

/** When each resource last sent a point, minute by minute. */
export function aliveSql(range: SampleRange, resourcesMax: number): Sql {
  const of = (table: PointTable): Sql => sql`SELECT series_id, ts FROM ${trusted(table)} WHERE ${momentsOf(range)}`
  return sql`SELECT resource_id AS series_id, arraySort(groupArray(toFloat64(last))) AS times
FROM (
  SELECT resource_id, toUnixTimestamp64Milli(max(ts)) AS last
  FROM (${of('samples')} UNION ALL ${of('histograms')} UNION ALL ${of('summaries')}) AS points
  INNER JOIN (SELECT DISTINCT series_id, resource_id FROM series WHERE ${daysOf(range)}) AS known
    ON points.series_id = known.series_id
  GROUP BY resource_id, toStartOfMinute(ts)
)
GROUP BY resource_id
LIMIT ${uint(resourcesMax + 1)}`
}

/** Attribute keys of all series of a range. */
export function keysSql(range: SampleRange): Sql {
  return sql`SELECT DISTINCT arrayJoin(mapKeys(attributes)) AS key FROM series WHERE ${daysOf(range)} ORDER BY key`
}

export function resourcesOfRangeSql(range: SampleRange): Sql {
  return sql`SELECT toString(resource_id) AS id, any(mapKeys(attributes)) AS keys, any(mapValues(attributes)) AS values, any(attribute_types) AS types
FROM resources
WHERE resource_id IN (SELECT resource_id FROM series WHERE ${daysOf(range)})
GROUP BY resource_id`
}

/** The bounds of buckets, or the quantiles, that series had. */
export function boundsSql(table: 'histograms' | 'summaries', picked: Sql, range: SampleRange): Sql {
  const column = trusted(table === 'histograms' ? 'bounds' : 'quantiles')
  return sql`SELECT toString(series_id) AS id, arraySort(groupUniqArrayArray(${column})) AS bounds
FROM ${trusted(table)}
WHERE ${picked} AND ${momentsOf(range)}
GROUP BY series_id`
}

export type ExemplarRow = {
  id: string
  exemplars: [time: string, value: number | null, trace: string, span: string, keys: string[], values: string[]][]
}

export function exemplarsSql(picked: Sql, range: SampleRange, exemplarsMax: number): Sql {
  return sql`SELECT toString(series_id) AS id, groupArray(tuple(toUnixTimestamp64Milli(ts), value, lower(hex(trace_id)),
  lower(hex(span_id)), mapKeys(attributes), mapValues(attributes))) AS exemplars
FROM (SELECT * FROM exemplars WHERE ${picked} AND ${momentsOf(range)} ORDER BY series_id, ts LIMIT ${uint(exemplarsMax)})
GROUP BY series_id`
}
