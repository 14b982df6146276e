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
const rowsSampled = 200_000

export function valuesSql(key: string, plan: CompletionPlan): Sql {
  const rollup = rollupColumn(key, plan.signal)
  const values = rollup ?? sampledValues(key, plan)
  return sql`SELECT text, sum(n) AS count
FROM (${
    rollup === undefined
      ? values
      : sql`
  SELECT ${values} AS text, sum(${trusted(plan.signal === 'logs' ? 'records' : 'requests')}) AS n
  FROM ${plan.signal === 'logs' ? logMinutes(plan) : spanMinutes(plan)}
  GROUP BY text`
  }
)
WHERE startsWith(lower(text), lower(${plan.prefix})) AND text != ''
GROUP BY text
ORDER BY count DESC, text
LIMIT ${uint(plan.items)}`
}

/** Keys whose values the rollup of the signal has. */
function rollupColumn(key: string, signal: Signal): Sql | undefined {
  if (key === 'service') return trusted('service')
  if (signal === 'logs') return key === 'level' || key === 'severity' ? trusted(severityName) : undefined
  if (key === 'name' || key === 'operation') return trusted('name')
  return key === 'kind' ? trusted(kindName) : undefined
}

function sampledValues(key: string, plan: CompletionPlan): Sql {
  if (key.startsWith('resource.')) return resourceValues(key.slice('resource.'.length), plan)
  return key === 'scope.name' ? scopeNames(plan) : rowValues(key, plan)
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

function rowValues(key: string, plan: CompletionPlan): Sql {
  const column = rowColumn(key, plan.signal)
  const name = key.startsWith('attributes.') ? key.slice('attributes.'.length) : key
  const value = column ?? sql`attributes[${name}]`
  const rows = sql`
  SELECT text, count() AS n
  FROM (
    SELECT ${value} AS text FROM ${trusted(plan.signal)}
    WHERE ${inRange('ts', plan)} AND text != ''
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
