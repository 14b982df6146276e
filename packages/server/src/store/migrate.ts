import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Numbered schema files, each run once and written down in `schema_migrations`. Every statement can be repeated
 * (IF NOT EXISTS), so a migration that was killed half way is simply run again.
 */
export type Migration = { number: number; name: string; statements: string[] }

/** Beside this module; the build copies the folder beside the bundle. */
export const migrationsDirectory = fileURLToPath(new URL('./migrations/', import.meta.url))

export async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{4}-.*\.sql$/.test(name)).sort()
  const numbers = names.map((name) => name.slice(0, 4))
  const doubled = names.find((_, i) => numbers.indexOf(numbers[i] ?? '') !== i)
  // It would be taken for done where the other one is.
  if (doubled !== undefined) throw new Error(`Cannot read the migrations: another one has the number of ${doubled}`)
  return Promise.all(
    names.map(async (name) => ({
      number: Number(name.slice(0, 4)),
      name: name.slice(0, -'.sql'.length),
      statements: splitStatements(await readFile(join(directory, name), 'utf8')),
    })),
  )
}

/** Comments are whole lines and a statement ends with a semicolon at a line's end: that is all our files use. */
export function splitStatements(text: string): string[] {
  return text
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}

export type MigrationRun = {
  run(sql: string): Promise<void>
  applied(): Promise<number[]>
}

/** `ask` gives the lines of a one-column answer. */
export async function appliedMigrations(ask: (sql: string) => Promise<string[]>): Promise<number[]> {
  return (await ask('SELECT number FROM schema_migrations FINAL ORDER BY number')).map(Number)
}

export const recordTable = `CREATE TABLE IF NOT EXISTS schema_migrations (
  number UInt32, name String, applied_at DateTime('UTC') DEFAULT now('UTC')
) ENGINE = ReplacingMergeTree ORDER BY number SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`

/** Throws when the store was written by a newer program, before anything is changed. */
export async function runMigrations(migrations: readonly Migration[], engine: MigrationRun): Promise<void> {
  await engine.run(recordTable)
  const applied = new Set(await engine.applied())
  const newest = migrations.at(-1)?.number ?? 0
  const stored = Math.max(0, ...applied)
  if (stored > newest) {
    throw new Error(
      `Cannot open the store: it has schema version ${stored} and this program knows versions up to ${newest}; start the newer wakeline that wrote it`,
    )
  }
  for (const migration of migrations) {
    if (applied.has(migration.number)) continue
    for (const statement of migration.statements) await engine.run(statement)
    await engine.run(`INSERT INTO schema_migrations (number, name) VALUES (${migration.number}, '${migration.name}')`)
  }
}
