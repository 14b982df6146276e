import { type NativeValue, readRows } from '../base/native/read-blocks.ts'
import type { AppendedBlock } from '../store/store.ts'
import type { LogRow } from './plan/logs.ts'
import type { OriginRow, ScopeRow } from './plan/origins.ts'
import type { MatchRow, ReadonlyPairs } from './search/condition-match.ts'

/** Of a question's answer or of what was just received, which have the same columns. */
export function logRows(blocks: Uint8Array): LogRow[] {
  return readRows(blocks).map((row) => {
    const { keys, values } = pairsOf(row['attributes'])
    return {
      time: text(row['ts']),
      observed: text(row['observed_ts']),
      service: text(row['service']),
      severity: number(row['severity']),
      severity_text: text(row['severity_text']),
      event_name: text(row['event_name']),
      body: text(row['body']),
      body_type: text(row['body_type']),
      trace: text(row['trace_id']),
      span: text(row['span_id']),
      flags: number(row['flags']),
      resource: text(row['resource_id']),
      scope: text(row['scope_id']),
      attribute_keys: keys,
      attribute_values: values,
      attribute_types: text(row['attribute_types']),
      dropped_attributes: number(row['dropped_attributes']),
    }
  })
}

export function originRows(block: AppendedBlock, idColumn: 'resource_id' | 'scope_id'): ScopeRow[] {
  return readRows(block.bytes).map((row) => {
    const { keys, values } = pairsOf(row['attributes'])
    return {
      id: text(row[idColumn]),
      name: text(row['name'] ?? ''),
      version: text(row['version'] ?? ''),
      schema_url: text(row['schema_url']),
      attribute_keys: keys,
      attribute_values: values,
      attribute_types: text(row['attribute_types']),
      dropped_attributes: number(row['dropped_attributes']),
    }
  })
}

export function matchRow(row: LogRow, resource: OriginRow | undefined, scope: ScopeRow | undefined): MatchRow {
  return {
    text: (column) => (column === 'name' || column === 'status_message' ? '' : row[column]),
    number: (column) => (column === 'severity' ? row.severity : 0),
    id: (column) => (column === 'trace_id' ? row.trace : column === 'span_id' ? row.span : ''),
    attributes: pairs(row),
    resource: resource === undefined ? [] : pairs(resource),
    scope: {
      name: scope?.name ?? '',
      version: scope?.version ?? '',
      attributes: scope === undefined ? [] : pairs(scope),
    },
    events: [],
    links: [],
  }
}

function pairs(row: { attribute_keys: string[]; attribute_values: string[] }): ReadonlyPairs {
  return row.attribute_keys.map((key, index) => [key, row.attribute_values[index] ?? ''])
}

function pairsOf(value: NativeValue | undefined): { keys: string[]; values: string[] } {
  const pairs: { keys: string[]; values: string[] } = { keys: [], values: [] }
  for (const entry of Array.isArray(value) ? value : []) {
    const [key, held] = Array.isArray(entry) ? entry : []
    pairs.keys.push(text(key))
    pairs.values.push(text(held))
  }
  return pairs
}

function text(value: NativeValue | undefined): string {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return value.toString()
  throw new Error('A block of logs, resources or scopes lacks a column of text or of 64 bits')
}

function number(value: NativeValue | undefined): number {
  if (typeof value === 'number') return value
  throw new Error('A block of logs, resources or scopes lacks a column of numbers')
}
