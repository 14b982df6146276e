import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type BackupManifest,
  clearAway,
  copyPart,
  isThere,
  namesOfFiles,
  partsOf,
  readManifest,
  restoreFiles,
  tablePath,
} from './backup.ts'
import { quote } from './bind.ts'
import { type EngineAccess, openEngine } from './engine.ts'
import type { EngineSize } from './engine-arguments.ts'
import { appliedMigrations, type Migration, migrationsDirectory, readMigrations, runMigrations } from './migrate.ts'

export type RestoreOptions = EngineSize & {
  from: string
  /** The data directory to fill; it must hold no store. */
  directory: string
}

/**
 * Makes a store from a backup, in a folder of its own that gets its name when everything in it has been checked: each
 * part by its checksums, each table by its rows. The schema is the one the backup had; the next start brings it forward.
 */
export async function restoreStore(options: RestoreOptions): Promise<BackupManifest> {
  const { from, directory } = options
  const manifest = await readManifest(from)
  const migrations = await migrationsFor(manifest, from)
  await refuseToOverwrite(directory, await namesOfFiles(from))
  const making = join(directory, 'restoring')
  await clearAway(making)
  await mkdir(making, { recursive: true })
  try {
    const engine = openEngine(join(making, 'store'), options)
    try {
      await runMigrations(migrations, { run: engine.run, applied: () => appliedMigrations(engine.ask) })
      await engine.run('SYSTEM STOP MERGES')
      for (const [table, { rows }] of Object.entries(manifest.tables)) await restoreTable(engine, { table, rows, from })
    } finally {
      await engine.close()
    }
    await restoreFiles(from, directory)
    await rename(join(making, 'store'), join(directory, 'store'))
  } finally {
    await clearAway(making)
  }
  return manifest
}

async function migrationsFor({ schema, tables }: BackupManifest, from: string): Promise<Migration[]> {
  const all = await readMigrations(migrationsDirectory)
  const newest = all.at(-1)?.number ?? 0
  if (schema > newest) {
    throw new Error(
      `Cannot restore ${from}: it has schema version ${schema} and this program knows versions up to ${newest}; use the newer wakeline that wrote it`,
    )
  }
  return all
    .filter(({ number }) => number <= schema)
    .map((migration) => ({
      ...migration,
      statements: migration.statements.map((statement) => orderAsKept(statement, tables)),
    }))
}

/** What backups do not tell that were made before they told it. */
const ordersBefore: Readonly<Record<string, string>> = {
  spans: 'intDiv(toUnixTimestamp64Nano(ts), 10000000000), service, ts',
}

/** Parts are sorted as their table was when it was made, and a newer program may make it otherwise: they would not be read. */
function orderAsKept(statement: string, tables: BackupManifest['tables']): string {
  const [, table = ''] = /^CREATE TABLE IF NOT EXISTS (\w+)\b/.exec(statement) ?? []
  const kept = tables[table]
  const order = kept === undefined ? undefined : (kept.order ?? ordersBefore[table])
  return order === undefined ? statement : statement.replace(/^ORDER BY .*$/m, () => `ORDER BY (${order})`)
}

async function refuseToOverwrite(directory: string, files: readonly string[]): Promise<void> {
  const isFilled = async (path: string): Promise<boolean> => (await isThere(path)) && (await readdir(path)).length > 0
  const refuse = (path: string): Error =>
    new Error(
      `Cannot restore into ${directory}: there is data in ${path}, and nothing is overwritten; name another folder with --directory, or move that one away`,
    )
  for (const name of ['store', 'segments'])
    if (await isFilled(join(directory, name))) throw refuse(join(directory, name))
  for (const name of files) if (await isThere(join(directory, name))) throw refuse(join(directory, name))
}

async function restoreTable(
  engine: EngineAccess,
  { table, rows, from }: { table: string; rows: number; from: string },
): Promise<void> {
  const paths = await engine.ask(
    `SELECT data_paths[1] FROM system.tables WHERE database = currentDatabase() AND name = ${quote(table)}`,
  )
  const path = paths[0]
  if (path === undefined) throw new Error(`Cannot restore ${table}: schema version of the backup has no such table`)
  const parts = await partsOf(tablePath(from, table))
  for (const part of parts) await copyPart(join(tablePath(from, table), part), join(path, 'detached', part))
  for (const part of parts) await engine.run(`ALTER TABLE ${table} ATTACH PART ${quote(part)}`)
  const [stored] = await engine.ask(`SELECT count() FROM ${table}`)
  if (Number(stored) !== rows) {
    throw new Error(`Cannot restore ${table}: the backup says ${rows} rows and its parts have ${stored}`)
  }
  const [sound] = await engine.ask(`CHECK TABLE ${table} SETTINGS check_query_single_value_result = 1`)
  if (sound !== '1') throw new Error(`Cannot restore ${table}: what was copied does not match its checksums`)
}
