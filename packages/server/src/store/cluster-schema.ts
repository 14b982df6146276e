import { quote } from './bind.ts'

/**
 * The migrations' own statements, carried over to a cluster:
 *
 *   spans         what is asked and inserted into: Distributed over...
 *   spans_local   ...the table of the statement, on every host
 *
 *   CREATE TABLE spans            -> spans_local, then spans over it
 *   CREATE MATERIALIZED VIEW v    -> v, from spans_local to span_red_local: each shard counts what it has
 *   ALTER TABLE spans             -> spans_local, then spans again where its columns change
 *
 * Where Keeper is, tables are Replicated and statements run ON CLUSTER; where none is, the same text runs on each host.
 */
export type ClusterSchema = { cluster: string; database: string; replicated: boolean }

/** Of what senders fill: what is asked together lies together. Rollups are filled by the views of their shard. */
const shardKeys: Readonly<Record<string, string>> = {
  spans: 'cityHash64(trace_id)',
  logs: 'resource_id',
  series: 'series_id',
  samples: 'series_id',
  histograms: 'series_id',
  summaries: 'series_id',
  exemplars: 'series_id',
  resources: 'resource_id',
  scopes: 'scope_id',
  receipts: 'cityHash64(instance)',
  // Versions of a minute meet where they replace one another.
  service_edges: 'toUnixTimestamp(minute)',
}

export const localName = (table: string): string => `${table}_local`
export const onCluster = ({ cluster, replicated }: ClusterSchema): string =>
  replicated ? ` ON CLUSTER ${quote(cluster)}` : ''

/** `tables` are the names of all tables that migrations create. Throws on a statement it does not know how to carry over. */
export function carryOver(statement: string, tables: ReadonlySet<string>, schema: ClusterSchema): string[] {
  const on = onCluster(schema)
  const localised = adaptSettings(localise(statement, tables), schema)
  const [, created] = /^CREATE TABLE IF NOT EXISTS (\w+)\b/.exec(statement) ?? []
  if (created !== undefined) {
    const text = localised.replace(/^(CREATE TABLE IF NOT EXISTS) \w+/, `$1 ${localName(created)}${on}`)
    return [replicate(text, created, schema), distributed(created, schema)]
  }
  const [, view] = /^CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+) TO \w+ AS\b/.exec(statement) ?? []
  if (view !== undefined) return [localised.replace(`EXISTS ${view} `, `EXISTS ${view}${on} `)]
  const [, altered] = /^ALTER TABLE (\w+)\b/.exec(statement) ?? []
  if (altered !== undefined) {
    const name = tables.has(altered) ? localName(altered) : altered
    const text = localised.replace(/^ALTER TABLE \w+/, `ALTER TABLE ${name}${on}`)
    return tables.has(altered) && changesColumns(statement) ? [text, distributed(altered, schema)] : [text]
  }
  const [, kind, dropped] = /^DROP (TABLE|VIEW) IF EXISTS (\w+)$/.exec(statement) ?? []
  if (kind !== undefined && dropped !== undefined) {
    const names = tables.has(dropped) ? [dropped, localName(dropped)] : [dropped]
    return names.map((name) => `DROP ${kind} IF EXISTS ${name}${on} SYNC`)
  }
  throw new Error(`Cannot carry a statement of the schema over to a cluster: ${statement.slice(0, 100)}`)
}

/** Settings, indexes and codecs are of the local table alone. */
const changesColumns = (statement: string): boolean =>
  /\b(?:ADD|DROP|RENAME|MODIFY) COLUMN\b/.test(statement) &&
  !/\bMODIFY COLUMN \w+ (?:CODEC|MODIFY SETTING)\b/.test(statement)

/** What a statement reads from and writes to, but for its own first name. */
function localise(statement: string, tables: ReadonlySet<string>): string {
  return statement.replace(/\b(FROM|TO|JOIN) (\w+)\b/g, (whole, word: string, name: string) =>
    tables.has(name) ? `${word} ${localName(name)}` : whole,
  )
}

function adaptSettings(given: string, { replicated }: ClusterSchema): string {
  // What the default is depends on how the cluster's servers are configured; the embedded engine's is told by engine.xml.
  const text = given.replace(/(CODEC\((?:\w+(?:\(\d+\))?, )*)Default\)/g, '$1ZSTD(1))')
  if (!replicated) return text
  return text.replace(
    /\bnon_replicated_deduplication_window = (\d+)/,
    // By default tokens are forgotten within an hour, and a segment may wait longer for a host that is away.
    'replicated_deduplication_window = $1, replicated_deduplication_window_seconds = 604800',
  )
}

function replicate(text: string, table: string, { database, replicated }: ClusterSchema): string {
  if (!replicated) return text
  const path = `/clickhouse/tables/{shard}/${database}/${localName(table)}`
  return text.replace(/\) ENGINE = (\w*MergeTree)(?:\(([^()]*)\))?/, (_whole, engine: string, given?: string) => {
    const more = given === undefined || given === '' ? '' : `, ${given}`
    return `) ENGINE = Replicated${engine}(${quote(path)}, '{replica}'${more})`
  })
}

function distributed(table: string, schema: ClusterSchema): string {
  const { cluster, database } = schema
  const key = shardKeys[table]
  const words = [cluster, database, localName(table)].map(quote).join(', ')
  return `CREATE OR REPLACE TABLE ${table}${onCluster(schema)} AS ${localName(table)} ENGINE = Distributed(${words}${key === undefined ? '' : `, ${key}`})`
}

/** Names in all CREATE TABLE statements. */
export function createdTables(statements: readonly string[]): Set<string> {
  const names = statements.map((statement) => /^CREATE TABLE IF NOT EXISTS (\w+)\b/.exec(statement)?.[1])
  return new Set(names.filter((name) => name !== undefined))
}
