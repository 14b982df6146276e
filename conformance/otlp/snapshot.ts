import type { NativeValue } from '../../packages/server/src/base/native/read-blocks.ts'
import type { Rows } from './canonical.ts'

type Row = Record<string, NativeValue>
type Column = (row: Row, resource: Row) => string

const severityNames: Readonly<Record<number, string>> = {
  1: 'trace',
  5: 'debug',
  9: 'info',
  13: 'warn',
  17: 'error',
  21: 'fatal',
}

/** HyperDX's columns, as CSV of its engine, from our rows. */
const columnsByText: Readonly<Record<string, Column>> = {
  SpanName: (row) => quoted(row['name']),
  ServiceName: (row) => quoted(row['service']),
  "ParentSpanId = '' AS is_root": (row) => (/^0+$/.test(String(row['parent_span_id'])) ? '1' : '0'),
  ResourceAttributes: (_row, resource) => quoted(mapText(resource)),
  LogAttributes: (row) => quoted(mapText(row)),
  // The word that was sent, if any: searches do not look at its case, and the number has a name.
  SeverityText: (row) => quoted(wordSent(row).toLowerCase() || severityNames[Number(row['severity'])]),
  SeverityNumber: (row) => String(row['severity']),
  Body: (row) => quoted(row['body']),
  MetricName: (row) => quoted(row['metric']),
  Value: (row) => String(row['value']),
}

/** `toString(SpanAttributes['db.system'])`, `ResourceAttributes['host.name']`, ``LogAttributes.`user.id` ``. */
const oneAttribute = /^(?:toString\()?(Resource|Span|Log|)Attributes(?:\['(.+)'\]|\.`(.+)`|\.(\w+))\)?$/

function columnOf(text: string): Column | undefined {
  const [found, holder, ...keys] = oneAttribute.exec(text) ?? []
  if (found === undefined) return columnsByText[text]
  const key = keys.join('')
  return (row, resource) => quoted(attribute(holder === 'Resource' ? resource : row, key))
}

/** Undefined when a column is not known here. Rows in order of time, as the snapshots have them. */
export function snapshotOf(rows: Rows, columns: string): string | undefined {
  const wanted = columns.split(', ').map(columnOf)
  const known = wanted.filter((column) => column !== undefined)
  if (known.length !== wanted.length) return undefined
  const resources = new Map((rows.resources ?? []).map((row) => [row['resource_id'], row]))
  const series = new Map((rows.series ?? []).map((row) => [row['series_id'], row]))
  const samples = (rows.samples ?? []).map((sample) => ({ ...series.get(sample['series_id']), ...sample }))
  return [...(rows.spans ?? []), ...(rows.logs ?? []), ...samples]
    .sort((a, b) => Number(BigInt(String(a['ts'])) - BigInt(String(b['ts']))))
    .map((row) => known.map((column) => column(row, resources.get(row['resource_id']) ?? {})).join(','))
    .join('\n')
}

/** As the sender's severity text, or in the entry of the body that the row says its severity is from. */
function wordSent(row: Row): string {
  const inBody = /^body\.(.+)$/.exec(attribute(row, 'wakeline.severity.from'))?.[1]
  return String(row['severity_text']) || (inBody === undefined ? '' : attribute(row, inBody))
}

function quoted(value: NativeValue | undefined): string {
  return `"${String(value ?? '').replaceAll('"', '""')}"`
}

function attribute(row: Row, key: string): string {
  return pairsOf(row).find(([name]) => name === key)?.[1] ?? ''
}

function mapText(row: Row): string {
  // A map has no order.
  return `{${pairsOf(row)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `'${key}':'${value}'`)
    .join(',')}}`
}

function pairsOf(row: Row): [string, string][] {
  return (row['attributes'] ?? []) as [string, string][]
}
