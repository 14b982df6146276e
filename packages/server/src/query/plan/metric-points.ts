import { realCount, realCounts } from '../real-counts.ts'
import { float, type Sql, sql, trusted, uint } from '../sql.ts'
import { inRange, type TimeRange } from '../time-range.ts'
import { type PointTable, pickedSeries, type SeriesPlan } from './metric-series.ts'

/**
 * From points to one value for each group of series and step.
 *
 *   levels      what was measured at a time: averaged over the step for each series, then joined over the group
 *   increases   what happened between two times: the difference of two points of a running total (its resets seen),
 *               or a delta as it was sent, spread evenly over the time it took and cut at the steps' bounds
 *
 * Spreading keeps totals exact whatever the step is, and needs no window to be chosen: a rate is the increase in a
 * step over the part of the step that the points cover.
 */
export type PointsPlan = SeriesPlan & { stepMs: number; seriesMax: number }

/** Points that say "nothing was recorded" have the first flag; staleness comes as NaN. */
const recorded = trusted('bitAnd(flags, 1) = 0')

const stepOf = (stepMs: number): Sql => sql`intDiv(toUnixTimestamp64Milli(ts), ${BigInt(stepMs)}) * ${BigInt(stepMs)}`

export type LevelJoin = 'avg' | 'sum' | 'min' | 'max'

/** `value` is SQL of ours over the table's columns; points for which it is NULL or NaN are left out. */
export function levelsSql(table: PointTable, value: Sql, join: LevelJoin, plan: PointsPlan): Sql {
  const ofSeries = trusted(join === 'sum' ? 'avg' : join)
  const ofSteps = sql`SELECT series_id, ${stepOf(plan.stepMs)} AS step, ${ofSeries}(assumeNotNull(measured)) AS level
    FROM (
      SELECT series_id, ts, ${value} AS measured
      FROM ${trusted(table)}
      WHERE series_id IN (SELECT series_id FROM picked) AND ${inRange('ts', plan)} AND ${recorded}
    )
    WHERE isNotNull(measured) AND NOT isNaN(measured)
    GROUP BY series_id, step`
  return groupedSteps(sql`${trusted(join)}(level)`, ofSteps, plan)
}

/** How many, or how many a second, of a sum. */
export function sumIncreasesSql(per: 'step' | 'second', plan: PointsPlan): Sql {
  const points = sql`SELECT series_id, ts, start_ts, value AS total, value AS now FROM samples
      WHERE series_id IN (SELECT series_id FROM picked) AND ${inRange('ts', lookedBack(plan))} AND ${recorded} AND NOT isNaN(value)`
  const differences = increasesOf(points, sql`now - before`, plan)
  const increase = sql`sum(increase * overlap / greatest(end_ms - begin_ms, 1))`
  return groupedSteps(
    per === 'second' ? sql`${increase} * 1000 / ${covered}` : increase,
    spread(differences, plan),
    plan,
  )
}

/** Milliseconds of a step that the points of a group reach into: less than all of it at the ends of what is known. */
const covered = trusted('greatest(max(greatest(begin_ms, step) + overlap) - min(greatest(begin_ms, step)), 1)')

/** Rows are one group with its steps in any order; the largest groups first, and how many groups there are. */
function groupedSteps(value: Sql, rows: Sql, plan: PointsPlan): Sql {
  return sql`WITH picked AS (
  ${pickedSeries(plan)}
)
SELECT names.labels AS labels, groupArray(step) AS steps, groupArray(value) AS points, count() OVER () AS total
FROM (
  SELECT grouped, step, ${value} AS value
  FROM ${inGroups(rows, plan)}
  GROUP BY grouped, step
) AS valued
${groupNames}
GROUP BY names.labels
ORDER BY avg(value) DESC, labels
LIMIT ${uint(plan.seriesMax)}`
}

/** Rows of series with the group each is in. One group of all needs no join. */
function inGroups(rows: Sql, plan: PointsPlan): Sql {
  if (plan.by.length === 0)
    return sql`(
    SELECT *, cityHash64(emptyArrayString()) AS grouped FROM (${rows})
  )`
  return sql`(
    ${rows}
  ) AS of_series
  INNER JOIN (SELECT series_id, grouped FROM picked) AS groups ON of_series.series_id = groups.series_id`
}

const groupNames = trusted(
  'INNER JOIN (SELECT grouped, any(labels) AS labels FROM picked GROUP BY grouped) AS names ON valued.grouped = names.grouped',
)

export type PointsRow = { labels: string[]; steps: string[]; points: (number | null)[]; total: string }

/**
 * Histograms and summaries as arrays: count, sum, then the buckets. Rows are one group and one set of bounds.
 */
export function arrayIncreasesSql(table: 'histograms' | 'summaries', plan: PointsPlan): Sql {
  const isHistogram = table === 'histograms'
  const count = isHistogram ? trusted(realCount('count')) : trusted('toFloat64(count)')
  const buckets = isHistogram ? trusted(realCounts('bucket_counts')) : trusted("CAST([], 'Array(Float64)')")
  const bounds = isHistogram ? trusted('bounds') : trusted("CAST([], 'Array(Float64)')")
  const points = sql`SELECT series_id, ts, start_ts, ${count} AS total,
        (${bounds}, arrayConcat([${count}, ifNull(toFloat64(sum), 0)], ${buckets})) AS now
      FROM ${trusted(table)}
      WHERE series_id IN (SELECT series_id FROM picked) AND ${inRange('ts', lookedBack(plan))} AND ${recorded}`
  // Bounds that changed make a new histogram of it: all that is in it has come since.
  const difference = sql`if(now.1 = before.1 AND length(now.2) = length(before.2), (now.1, arrayMap((a, b) -> a - b, now.2, arrayResize(before.2, length(now.2)))), now)`
  const differences = increasesOf(points, difference, plan)
  return histogramRows(
    {
      bounds: trusted('increase.1'),
      counts: sql`sumForEach(arrayMap(each -> each * ${part}, increase.2))`,
      increase: sql`sum(increase.2[1] * ${part})`,
    },
    spread(differences, plan),
    plan,
  )
}

/** The part of an increase that falls into a step. */
const part = trusted('(overlap / greatest(end_ms - begin_ms, 1))')

/** Finer buckets of exponential histograms than this are joined: 16 for each doubling, within 2.2 %. */
const scaleMax = 4
/** Keys of the buckets' map: 0 is around zero, above are positive buckets by index, below negative ones. */
export const exponentialKeyOrigin = 1_000_000

/** Exponential histograms as maps from bucket to count, all of one scale. */
export function exponentialIncreasesSql(plan: PointsPlan): Sql {
  const from = sql`FROM histograms
      WHERE series_id IN (SELECT series_id FROM picked) AND ${inRange('ts', lookedBack(plan))} AND ${recorded}`
  const keys = (side: 'positive' | 'negative'): Sql => {
    const index = trusted(`toInt32(floor((${side}_offset + index - 1) / exp2(scale - common_scale)))`)
    const key =
      side === 'positive'
        ? sql`${BigInt(exponentialKeyOrigin)} + ${index}`
        : sql`-${BigInt(exponentialKeyOrigin)} - ${index}`
    return sql`arrayMap(index -> toInt32(${key}), arrayEnumerate(${trusted(`${side}_counts`)}))`
  }
  const points = sql`WITH (SELECT least(min(scale), ${BigInt(scaleMax)}) ${from}) AS common_scale
      SELECT series_id, ts, start_ts, ${trusted(realCount('count'))} AS total,
        (common_scale, [total, ifNull(sum, 0)], arrayReduce('sumMap',
          [arrayConcat([toInt32(0)], ${keys('positive')}, ${keys('negative')})],
          [${trusted(realCounts('arrayConcat([zero_count], positive_counts, negative_counts)'))}])) AS now
      ${from}`
  const subtracted = trusted(`(now.1, arrayMap((a, b) -> a - b, now.2, before.2),
        arrayReduce('sumMap', [now.3.1, before.3.1], [now.3.2, arrayMap(each -> -each, before.3.2)]))`)
  const differences = increasesOf(points, subtracted, plan)
  return histogramRows(
    {
      bounds: trusted('[toFloat64(increase.1)]'),
      counts: sql`(sumForEach(arrayMap(each -> each * ${part}, increase.2)), sumMap(increase.3.1, arrayMap(each -> each * ${part}, increase.3.2)))`,
      increase: sql`sum(increase.2[1] * ${part})`,
    },
    spread(differences, plan),
    plan,
  )
}

type HistogramColumns = { bounds: Sql; counts: Sql; increase: Sql }

function histogramRows(columns: HistogramColumns, rows: Sql, plan: PointsPlan): Sql {
  return sql`WITH picked AS (
  ${pickedSeries(plan)}
)
SELECT names.labels AS labels, bounds, groupArray(step) AS steps, groupArray(counts) AS counts, groupArray(rate) AS rates, sum(came) AS weight
FROM (
  SELECT grouped, ${columns.bounds} AS bounds, step, ${columns.counts} AS counts, ${columns.increase} AS came, came * 1000 / ${covered} AS rate
  FROM ${inGroups(rows, plan)}
  GROUP BY grouped, bounds, step
) AS valued
${groupNames}
GROUP BY names.labels, bounds
ORDER BY weight DESC, labels`
}

/** Points before the range: the first step begins in the middle of two of them. */
const lookbackMs = 5 * 60_000

function lookedBack(range: TimeRange): TimeRange {
  return { fromMs: Math.max(0, range.fromMs - lookbackMs), toMs: range.toMs }
}

/**
 * Rows (series_id, begin_ms, end_ms, increase) from rows (series_id, ts, start_ts, total, now). A running total that fell, or
 * whose start moved, has begun again from nothing. The first point of a series counts from its start where that is known
 * to lie in the time that is read; else it only says where to count from.
 */
function increasesOf(points: Sql, difference: Sql, plan: PointsPlan): Sql {
  const ordered = sql`SELECT series_id, now, total, toUnixTimestamp64Milli(ts) AS end_ms, toUnixTimestamp64Milli(start_ts) AS start_ms,
      lagInFrame(now) OVER points_in_order AS before, lagInFrame(total) OVER points_in_order AS before_total,
      lagInFrame(toUnixTimestamp64Milli(ts), 1, toInt64(0)) OVER points_in_order AS before_ms,
      lagInFrame(toUnixTimestamp64Milli(start_ts), 1, toInt64(0)) OVER points_in_order AS before_start_ms
    FROM (${points})
    WINDOW points_in_order AS (PARTITION BY series_id ORDER BY ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)`
  if (plan.temporality === 'delta') {
    return sql`SELECT series_id, now AS increase, end_ms, multiIf(start_ms > 0 AND start_ms < end_ms, start_ms, before_ms > 0, before_ms, end_ms - 1) AS begin_ms
    FROM (${ordered})`
  }
  const earliest = BigInt(lookedBack(plan).fromMs)
  return sql`SELECT series_id, end_ms,
      before_ms = 0 OR total < before_total OR (before_start_ms > 0 AND start_ms > before_start_ms) AS began,
      if(began, now, ${difference}) AS increase,
      if(began, greatest(if(start_ms < end_ms, start_ms, end_ms - 1), before_ms), before_ms) AS begin_ms
    FROM (${ordered})
    WHERE before_ms > 0 OR start_ms >= ${earliest}`
}

/** Rows (series_id, increase, begin_ms, end_ms) once for each step they touch, with the milliseconds they share. */
function spread(differences: Sql, { fromMs, toMs, stepMs }: PointsPlan): Sql {
  const step = sql`${BigInt(stepMs)}`
  const first = BigInt(Math.floor(fromMs / stepMs) * stepMs)
  return sql`SELECT series_id, increase, begin_ms, end_ms,
      arrayJoin(range(intDiv(greatest(begin_ms, ${first}), ${step}), intDiv(greatest(end_ms - 1, 0), ${step}) + 1)) * ${step} AS step,
      least(end_ms, step + ${step}) - greatest(begin_ms, step) AS overlap
    FROM (${differences})
    WHERE end_ms > ${first} AND begin_ms < ${BigInt(toMs)}`
}

export type HistogramRow = {
  labels: string[]
  /** Explicit bounds; of an exponential histogram, its scale alone. */
  bounds: number[]
  steps: string[]
  /** Count, sum, then buckets; of an exponential histogram, ([count, sum], (keys, counts)). */
  counts: number[][]
  rates: number[]
}
export type ExponentialRow = Omit<HistogramRow, 'counts'> & {
  counts: [totals: number[], buckets: [keys: number[], counts: number[]]][]
}

/** The value of one quantile of a summary, where it was sent. */
export function summaryQuantile(quantile: number): Sql {
  const wanted = float(quantile)
  return sql`if(has(quantiles, ${wanted}), values[indexOf(quantiles, ${wanted})], NULL)`
}
