import type { Signal } from '../search/condition.ts'
import { type Sql, sql, trusted, uint } from '../sql.ts'
import { daysInRange, inRange, type TimeRange } from '../time-range.ts'
import { kindName, severityName } from './keys.ts'
import { logMinutes, spanMinutes } from './rollups.ts'

export type CompletionPlan = TimeRange & { signal: Signal; prefix: string; items: number }

/** Keys seen on the days of the range, most used first. */
export function keysSql(plan: CompletionPlan): Sql {
  return sql`SELECT key AS text, sum(records) AS count
FROM attribute_keys
WHERE signal IN (${plan.signal}, 'resources') AND startsWith(lower(key), lower(${plan.prefix})) AND ${daysInRange(plan)}
GROUP BY key
ORDER BY count DESC, key
LIMIT ${uint(plan.items)}`
}

/** How many of the newest rows values are read from: enough to complete a word, and bounded. */
export const rowsSampled = 200_000

/** `rowsOf`: where in the range rows are read; nothing else of the plan is narrowed by it. */
export type ValuesPlan = CompletionPlan & { key: string; rowsOf: TimeRange }

/** Values that do not begin with the prefix are counted together, as an empty text; each row says how many were looked at in all. */
export function valuesSql(plan: ValuesPlan): Sql {
  const rollup = rollupColumn(plan)
  const values =
    rollup === undefined
      ? sampledValues(plan)
      : sql`
  SELECT ${rollup} AS text, sum(${trusted(plan.signal === 'logs' ? 'records' : 'requests')}) AS n
  FROM ${plan.signal === 'logs' ? logMinutes(plan) : spanMinutes(plan)}
  GROUP BY text`
  return sql`SELECT if(startsWith(lower(text), lower(${plan.prefix})), text, '') AS shown, sum(n) AS count, sum(sum(n)) OVER () AS sampled
FROM (${values}
)
GROUP BY shown
ORDER BY count DESC, shown
LIMIT ${uint(plan.items + 1)}`
}

/** Whether values are read from records themselves: then of the newest that have one. */
export const readsRows = (ask: { key: string; signal: Signal }): boolean =>
  rollupColumn(ask) === undefined && !ask.key.startsWith('resource.') && ask.key !== 'scope.name'

/** Keys whose values the rollup of the signal has. */
function rollupColumn({ key, signal }: { key: string; signal: Signal }): Sql | undefined {
  if (key === 'service') return trusted('service')
  if (signal === 'logs') return key === 'level' || key === 'severity' ? trusted(severityName) : undefined
  if (key === 'name' || key === 'operation') return trusted('name')
  return key === 'kind' ? trusted(kindName) : undefined
}

function sampledValues(plan: ValuesPlan): Sql {
  const { key } = plan
  if (key.startsWith('resource.')) return resourceValues(key.slice('resource.'.length), plan)
  return key === 'scope.name' ? scopeNames(plan) : rowValues(plan)
}

function scopeNames(plan: TimeRange): Sql {
  return sql`
  SELECT name AS text, uniqExact(scope_id) AS n
  FROM scopes
  WHERE ${daysInRange(plan)}
  GROUP BY text`
}

function resourceValues(key: string, plan: TimeRange): Sql {
  return sql`
  SELECT attributes[${key}] AS text, uniqExact(resource_id) AS n
  FROM resources
  WHERE ${daysInRange(plan)}
  GROUP BY text`
}

function rowValues(plan: ValuesPlan): Sql {
  const { key } = plan
  const column = rowColumn(key, plan.signal)
  const name = key.startsWith('attributes.') ? key.slice('attributes.'.length) : key
  const value = column ?? sql`attributes[${name}]`
  const rows = sql`
  SELECT text, count() AS n
  FROM (
    SELECT ${value} AS text FROM ${trusted(plan.signal)}
    WHERE ${inRange('ts', plan.rowsOf)} AND text != ''
    ORDER BY ts DESC
    LIMIT ${uint(rowsSampled)}
  )
  GROUP BY text`
  if (column !== undefined || key.startsWith('attributes.')) return rows
  return sql`${rows}
  UNION ALL${resourceValues(name, plan)}`
}

function rowColumn(key: string, signal: Signal): Sql | undefined {
  if (signal === 'logs') return key === 'event' ? trusted('event_name') : undefined
  return key === 'status_message' ? trusted('status_message') : undefined
}

export type CompletionRow = { text: string; count: string }
export type ValueRow = { shown: string; count: string; sampled: string }
