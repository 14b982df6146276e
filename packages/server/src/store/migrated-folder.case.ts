import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { migrationsDirectory, readMigrations } from './migrate.ts'

/** Where a run of tests keeps its migrated store; set by scripts/test-run-folder.ts, inherited by programs that tests start. */
export const runFolderVariable = 'TEST_RUN_FOLDER'

/**
 * An engine runs the migrations in seconds and opens a store that has them in half of one, and most tests only want the tables. So the
 * first of a run that wants them makes a store, with `make`, and the others copy its files. A folder that has a store stays as it is,
 * and outside of a run nothing is done.
 */
export async function copyMigrated(directory: string, make: (directory: string) => Promise<void>): Promise<void> {
  const runFolder = process.env[runFolderVariable]
  if (runFolder === undefined || existsSync(join(directory, 'store'))) return
  const migrated = join(runFolder, await nameOfSchema())
  if (!existsSync(migrated)) await makeOnce(runFolder, migrated, make)
  // Links of the engine are relative: they must not be turned into links to the first one's files.
  await cp(migrated, directory, { recursive: true, verbatimSymlinks: true })
}

/** Tests that run at once may each make one; the first stays. */
async function makeOnce(
  runFolder: string,
  migrated: string,
  make: (directory: string) => Promise<void>,
): Promise<void> {
  const mine = await mkdtemp(join(runFolder, 'making-'))
  await make(mine)
  try {
    await rename(mine, migrated)
  } catch (error) {
    if (!existsSync(migrated)) throw error
    await rm(mine, { recursive: true })
  }
}

/** Of the texts of the migrations: in watch mode they change within a run. */
async function nameOfSchema(): Promise<string> {
  const migrations = await readMigrations(migrationsDirectory)
  return createHash('sha256').update(JSON.stringify(migrations)).digest('hex').slice(0, 16)
}
