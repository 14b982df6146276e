import type { Key, SearchRefused } from '../search/ast.ts'
import type { AttributeSource, Signal } from '../search/condition.ts'
import { attributeSource } from '../search/plan.ts'
import { refuse } from '../search/tokens.ts'
import { type Sql, sql, trusted } from '../sql.ts'

/**
 * Keys as expressions on a row of their signal, for what groups, sums up and sorts: the same names as in a search.
 * A key that a record has not is the empty text, and no number.
 */
export type KeySql = { text: Sql; number: Sql; unit: '' | 'ns' }

export const kindName = "['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'][kind + 1]"
export const severityName =
  "if(severity = 0, 'unset', ['trace', 'debug', 'info', 'warn', 'error', 'fatal'][intDiv(severity - 1, 4) + 1])"
const statusName = "['unset', 'ok', 'error'][status + 1]"
const idText = (column: string): string =>
  `if(${column} = toFixedString('', ${column === 'trace_id' ? 16 : 8}), '', lower(hex(${column})))`

const columns: Record<Signal, Record<string, string>> = {
  logs: {
    service: 'service',
    level: severityName,
    severity: 'severity',
    body: 'body',
    message: 'body',
    event: 'event_name',
    trace_id: idText('trace_id'),
    trace: idText('trace_id'),
    span_id: idText('span_id'),
  },
  spans: {
    service: 'service',
    name: 'name',
    operation: 'name',
    status_message: 'status_message',
    kind: kindName,
    status: statusName,
    duration: 'duration',
    trace_id: idText('trace_id'),
    trace: idText('trace_id'),
    span_id: idText('span_id'),
    parent_id: idText('parent_span_id'),
  },
}
const numberColumns = new Set(['severity', 'duration'])

export function keySql(signal: Signal, { key, position }: Key): KeySql | SearchRefused {
  const column = Object.hasOwn(columns[signal], key) ? columns[signal][key] : undefined
  if (column !== undefined) {
    const text = trusted(column)
    if (!numberColumns.has(column)) return { text: sql`toString(${text})`, number: asNumber(text), unit: '' }
    return { text: sql`toString(${text})`, number: sql`toFloat64(${text})`, unit: column === 'duration' ? 'ns' : '' }
  }
  const text = valueSql(signal, key)
  if (text !== undefined) return { text, number: asNumber(text), unit: '' }
  return refuse(`${key} has many values in one span; only keys with one can be summed up or sorted by`, { position })
}

const asNumber = (text: Sql): Sql => sql`toFloat64OrNull(toString(${text}))`

function valueSql(signal: Signal, key: string): Sql | undefined {
  if (key === 'scope.name' || key === 'scope.version')
    return lookedUp('scope', trusted(key.slice('scope.'.length)), sql`true`)
  if (signal === 'spans' && (key === 'event' || key === 'event.name')) return undefined
  const source = attributeSource(signal, key)
  switch (source.holder) {
    case 'record':
      return sql`attributes[${source.key}]`
    case 'resource':
    case 'scope':
      return ofOrigin(source.holder, source)
    case 'either':
      return sql`if(mapContains(attributes, ${source.key}), attributes[${source.key}], ${ofOrigin('resource', source)})`
    default:
      return undefined
  }
}

function ofOrigin(origin: 'resource' | 'scope', { key }: AttributeSource): Sql {
  return lookedUp(origin, sql`attributes[${key}]`, sql`mapContains(attributes, ${key})`)
}

/** What the row's resource or scope says: there are few of them, so they are read once, into a table of hashes. */
function lookedUp(origin: 'resource' | 'scope', value: Sql, where: Sql): Sql {
  const id = trusted(`${origin}_id`)
  const all = sql`(SELECT (groupArray(id), groupArray(value)) FROM (SELECT ${id} AS id, any(toString(${value})) AS value FROM ${trusted(`${origin}s`)} WHERE ${where} GROUP BY id ORDER BY id))`
  return sql`transform(${id}, tupleElement(${all}, 1), tupleElement(${all}, 2), '')`
}
