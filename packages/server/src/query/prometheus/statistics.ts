import type { Running } from '../run.ts'
import { joined, type Sql, sql, trusted, uint } from '../sql.ts'
import { prometheusLabel, prometheusName } from './names.ts'
import { daysOf, type MetricRow, type SampleRange } from './plan.ts'

/**
 * How many series there are and what makes them many: what Prometheus tells of its head, here of the series of the days
 * of a range. A histogram counts as one, as it is stored.
 */
export type SeriesStatistics = {
  series: number
  labelPairs: number
  /** Of all samples there are; 0 where there is none. */
  firstMs: number
  lastMs: number
  /** The greatest first. */
  seriesByMetric: readonly Counted[]
  valuesByLabel: readonly Counted[]
  bytesByLabel: readonly Counted[]
  seriesByPair: readonly Counted[]
}
export type Counted = { name: string; value: number }

type TotalsRow = { series: string; pairs: string; first: string; last: string }
type LabelRow = { key: string; count: string }
type PairRow = LabelRow & { text: string }

export async function askStatistics(range: SampleRange, most: number, running: Running): Promise<SeriesStatistics> {
  const [total] = await running.rows<TotalsRow>(totalsSql(range))
  const metrics = await running.rows<MetricRow>(metricsSql(range, most))
  const ofLabels = async (counted: string): Promise<Counted[]> =>
    (await running.rows<LabelRow>(labelsSql(range, trusted(counted), most))).map(({ key, count }) => ({
      name: prometheusLabel(key),
      value: Number(count),
    }))
  const valuesByLabel = await ofLabels('count()')
  const bytesByLabel = await ofLabels('sum(length(text))')
  const pairs = await running.rows<PairRow>(pairsSql(range, most))
  return {
    series: Number(total?.series ?? 0),
    labelPairs: Number(total?.pairs ?? 0),
    firstMs: Number(total?.first ?? 0),
    lastMs: Number(total?.last ?? 0),
    seriesByMetric: metrics.map((row) => ({ name: prometheusName(row), value: row.series })),
    valuesByLabel,
    bytesByLabel,
    seriesByPair: pairs.map(({ key, text, count }) => ({
      name: `${prometheusLabel(key)}=${text}`,
      value: Number(count),
    })),
  }
}

/** The engine knows the times of each part without reading it. */
function totalsSql(range: SampleRange): Sql {
  const times = ['samples', 'histograms', 'summaries'].map(
    (table) => sql`SELECT count() AS n, min(ts) AS least, max(ts) AS most FROM ${trusted(table)}`,
  )
  return sql`SELECT (SELECT toString(uniqExact(series_id)) FROM series WHERE ${daysOf(range)}) AS series,
  (SELECT toString(count()) FROM (${pairsOf(range)})) AS pairs,
  toUnixTimestamp64Milli(minIf(least, n > 0)) AS first, toUnixTimestamp64Milli(max(most)) AS last
FROM (${joined(times, ' UNION ALL ')})`
}

function metricsSql(range: SampleRange, most: number): Sql {
  return sql`SELECT metric, kind, temporality, monotonic, unit, '' AS description, toUInt32(uniqExact(series_id)) AS series
FROM series
WHERE ${daysOf(range)}
GROUP BY metric, kind, temporality, monotonic, unit
ORDER BY series DESC, metric
LIMIT ${uint(most)}`
}

/** The service is the label "job" of series that have none of their own. */
function pairsOf(range: SampleRange): Sql {
  return sql`SELECT pair.1 AS key, pair.2 AS text, uniqExact(series_id) AS found
FROM (
  SELECT series_id, arrayJoin(arrayConcat(arrayZip(mapKeys(attributes), mapValues(attributes)),
    if(mapContains(attributes, 'job'), [], [('job', service)]))) AS pair
  FROM series
  WHERE ${daysOf(range)}
)
GROUP BY key, text`
}

function labelsSql(range: SampleRange, counted: Sql, most: number): Sql {
  return sql`SELECT key, toString(${counted} AS value) AS count
FROM (${pairsOf(range)})
GROUP BY key
ORDER BY value DESC, key
LIMIT ${uint(most)}`
}

function pairsSql(range: SampleRange, most: number): Sql {
  return sql`SELECT key, text, toString(found) AS count
FROM (${pairsOf(range)})
ORDER BY found DESC, key, text
LIMIT ${uint(most)}`
}
