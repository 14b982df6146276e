import type { ClusterHost } from './cluster-host.ts'
import { isUnreachable } from './cluster-host.ts'
import { type ClusterSchema, carryOver, createdTables, onCluster } from './cluster-schema.ts'
import {
  appliedMigrations,
  type Migration,
  migrationsDirectory,
  readMigrations,
  recordTable,
  runMigrations,
} from './migrate.ts'

export type MigratedCluster = ClusterSchema & {
  /** Hosts that did not answer. */
  behind: string[]
}

const settings = { distributed_ddl_task_timeout: '180' }

/**
 * Brings the schema forward. Where Keeper is, by one host for all; where none is, each host for itself, so every host of the
 * cluster must be named. Throws a sentence when nobody can be reached or the cluster is not as it must be.
 */
export async function migrateCluster(
  hosts: readonly ClusterHost[],
  { cluster, database }: { cluster: string; database: string },
): Promise<MigratedCluster> {
  const reached = await reachable(hosts)
  const [first] = reached
  if (first === undefined) {
    throw new Error(`Cannot reach any host of the store (${hosts.map(({ url }) => url).join(', ')})`)
  }
  const behind = hosts.filter((host) => !reached.includes(host)).map(({ url }) => url)
  const replicated = cluster !== '' && (await hasKeeper(first))
  const schema: ClusterSchema = { cluster, database, replicated }
  if (cluster !== '') await checkCluster(first, schema, hosts.length)
  await Promise.all((replicated ? [first] : reached).map((host) => migrateHost(host, schema)))
  return { ...schema, behind: replicated ? [] : behind }
}

async function reachable(hosts: readonly ClusterHost[]): Promise<ClusterHost[]> {
  const outcomes = await Promise.allSettled(hosts.map((host) => host.lines('SELECT 1')))
  return hosts.filter((host, index) => {
    const outcome = outcomes[index]
    if (outcome?.status !== 'rejected') return true
    if (isUnreachable(outcome.reason)) return false
    throw new Error(`Cannot use the store at ${host.url}: ${outcome.reason.message ?? outcome.reason}`)
  })
}

/** Servers without Keeper in their configuration may not even have the table. */
async function hasKeeper(host: ClusterHost): Promise<boolean> {
  const tables = await host.lines(
    "SELECT name FROM system.tables WHERE database = 'system' AND name = 'zookeeper_connection'",
  )
  if (tables.length === 0) return false
  const [connections] = await host.lines('SELECT count() FROM system.zookeeper_connection')
  return connections !== '0'
}

async function checkCluster(host: ClusterHost, { cluster, replicated }: ClusterSchema, named: number): Promise<void> {
  const found = await host.lines('SELECT cluster, count() FROM system.clusters GROUP BY cluster')
  const hostsOf = new Map(
    found.map((line): [string, number] => [line.split('\t')[0] ?? '', Number(line.split('\t')[1])]),
  )
  const members = hostsOf.get(cluster)
  if (members === undefined) {
    throw new Error(
      `Cannot use the cluster "${cluster}": ${host.url} knows ${[...hostsOf.keys()].map((name) => `"${name}"`).join(', ') || 'none'}; it is named in <remote_servers> of the servers' configuration`,
    )
  }
  if (!replicated && members !== named) {
    throw new Error(
      `Cannot make tables on the cluster "${cluster}": it has ${members} hosts and no Keeper to reach them by, and --store names ${named}; name every host`,
    )
  }
  if (!replicated) return
  const macros = await host.lines("SELECT macro FROM system.macros WHERE macro IN ('shard', 'replica')")
  if (macros.length < 2) {
    throw new Error(
      `Cannot make replicated tables on the cluster "${cluster}": ${host.url} has no <macros> "shard" and "replica" in its configuration`,
    )
  }
}

async function migrateHost(host: ClusterHost, schema: ClusterSchema): Promise<void> {
  const { cluster, database } = schema
  const migrations = await readMigrations(migrationsDirectory)
  await host.createDatabase(`CREATE DATABASE IF NOT EXISTS ${database}${onCluster(schema)}`, settings)
  const run = (sql: string): Promise<void> => host.run(sql, settings)
  await run(recordOf(schema))
  await runMigrations(cluster === '' ? migrations : carriedOver(migrations, schema), {
    run: (sql) => (sql === recordTable ? Promise.resolve() : run(sql)),
    applied: () =>
      appliedMigrations((sql) => host.lines(sql.replace('schema_migrations', `${database}.schema_migrations`))),
  })
}

export function carriedOver(migrations: readonly Migration[], schema: ClusterSchema): Migration[] {
  const tables = createdTables(migrations.flatMap(({ statements }) => statements))
  return migrations.map((migration) => ({
    ...migration,
    statements: migration.statements.flatMap((statement) => carryOver(statement, tables, schema)),
  }))
}

/** Which migrations have run is the same on every host: one table for all shards. */
export function recordOf(schema: ClusterSchema): string {
  if (!schema.replicated) return recordTable
  const path = `/clickhouse/tables/${schema.database}/schema_migrations`
  return recordTable
    .replace('schema_migrations (', `schema_migrations${onCluster(schema)} (`)
    .replace('ReplacingMergeTree', `ReplicatedReplacingMergeTree('${path}', '{shard}-{replica}')`)
}
