import type { Condition } from '../search/condition.ts'
import { conditionSql } from '../search/condition-sql.ts'
import { joined, type Sql, sql, trusted, uint } from '../sql.ts'
import { daysInRange, inRange, type TimeRange } from '../time-range.ts'

/** What there is to chart, by name. */
export function metricsSql(range: TimeRange, search: string): Sql {
  return sql`SELECT metric, anyLast(kind) AS kind, anyLast(unit) AS unit, anyLast(description) AS description,
  anyLast(temporality) AS temporality, anyLast(monotonic) AS monotonic,
  uniqExact(series_id) AS series, arraySort(groupUniqArray(1000)(service)) AS services
FROM series
WHERE ${daysInRange(range)} AND position(lower(metric), lower(${search})) > 0
GROUP BY metric
ORDER BY metric`
}

export type MetricRow = {
  metric: string
  kind: string
  unit: string
  description: string
  temporality: string
  monotonic: boolean
  series: string
  services: string[]
}

/** Keys to group and filter by: the service, attributes of the series, then (with `resource.` before) of the resource. */
export function metricLabelsSql(range: TimeRange, metric: string, valuesMax: number): Sql {
  const where = sql`metric = ${metric} AND ${daysInRange(range)}`
  return sql`SELECT key, place, uniqExact(value) AS distinct, arraySlice(arraySort(groupUniqArray(value)), 1, ${uint(valuesMax)}) AS values
FROM (
  SELECT 0 AS place, 'service' AS key, service AS value FROM series WHERE ${where}
  UNION ALL
  SELECT 1 AS place, pair.1 AS key, pair.2 AS value FROM series ARRAY JOIN CAST(attributes, 'Array(Tuple(String, String))') AS pair WHERE ${where}
  UNION ALL
  SELECT 2 AS place, concat('resource.', pair.1) AS key, pair.2 AS value
  FROM resources ARRAY JOIN CAST(attributes, 'Array(Tuple(String, String))') AS pair
  WHERE pair.1 != 'service.name' AND resource_id IN (SELECT resource_id FROM series WHERE ${where})
)
GROUP BY place, key
ORDER BY place, key`
}

export type MetricLabelRow = { key: string; distinct: string; values: string[] }

/** One name may be sent in several kinds: the one with most series is charted. */
export function metricKindSql(range: TimeRange, metric: string): Sql {
  return sql`SELECT kind, temporality, monotonic, unit
FROM series
WHERE metric = ${metric} AND ${daysInRange(range)}
GROUP BY kind, temporality, monotonic, unit
ORDER BY uniqExact(series_id) DESC, kind
LIMIT 1`
}

export type MetricKindRow = { kind: string; temporality: string; monotonic: boolean; unit: string }

export type SeriesPlan = TimeRange & {
  metric: string
  kind: string
  temporality: string
  by: readonly string[]
  filters: readonly Condition[]
}

/** The series that are charted, each with the labels it is grouped by, and their hash to group by in their stead. */
export function pickedSeries(plan: SeriesPlan): Sql {
  const filters = plan.filters.map((filter) => sql` AND ${conditionSql(filter)}`)
  const labels = plan.by.length === 0 ? sql`emptyArrayString()` : sql`[${joined(plan.by.map(labelSql), ', ')}]`
  return sql`SELECT series_id, any(${labels}) AS labels, cityHash64(labels) AS grouped
  FROM series
  LEFT ANY JOIN (SELECT resource_id, any(attributes) AS resource_attributes FROM resources GROUP BY resource_id) AS origins
    ON series.resource_id = origins.resource_id
  WHERE metric = ${plan.metric} AND kind = ${plan.kind} AND temporality = ${plan.temporality} AND ${daysInRange(plan)}${joined(filters, '')}
  GROUP BY series_id`
}

function labelSql(key: string): Sql {
  if (key === 'service') return sql`toString(service)`
  if (key.startsWith('resource.')) return sql`resource_attributes[${key.slice('resource.'.length)}]`
  const name = sql`${key}`
  return sql`if(mapContains(attributes, ${name}), attributes[${name}], resource_attributes[${name}])`
}

/** Milliseconds between two points of a series, as most of some series have it; no row where none has two. */
export function pointIntervalSql(table: PointTable, plan: SeriesPlan): Sql {
  return sql`SELECT quantileExact(0.5)(gap) AS gap, count() AS series
FROM (
  SELECT (toUnixTimestamp64Milli(max(ts)) - toUnixTimestamp64Milli(min(ts))) / (count() - 1) AS gap
  FROM ${trusted(table)}
  WHERE ${inRange('ts', plan)} AND series_id IN (
    SELECT series_id FROM series
    WHERE metric = ${plan.metric} AND kind = ${plan.kind} AND temporality = ${plan.temporality} AND ${daysInRange(plan)}
    ORDER BY series_id LIMIT 50
  )
  GROUP BY series_id
  HAVING count() > 1
)`
}

export type PointTable = 'samples' | 'histograms' | 'summaries'
export type PointIntervalRow = { gap: number | null; series: string }
