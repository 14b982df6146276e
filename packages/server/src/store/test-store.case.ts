import { type EmbeddedOptions, openEmbeddedStore } from './embedded.ts'
import { copyMigrated } from './migrated-folder.case.ts'
import type { Store } from './store.ts'

const MiB = 1024 * 1024

/** What an engine of a test may take. */
export const testSize = { memoryMaxBytes: 1024 * MiB, mergesMax: 1 }

/** The real store in a folder of a test, with its tables: of a run's migrated store where there is none yet. */
export async function openTestStore(directory: string, more: Partial<EmbeddedOptions> = {}): Promise<Store> {
  await copyMigrated(directory, async (first) => (await openMigratingStore(first)).close())
  return openMigratingStore(directory, more)
}

/** For tests of the migrations themselves: those of the folder run here. */
export async function openMigratingStore(directory: string, more: Partial<EmbeddedOptions> = {}): Promise<Store> {
  const store = await openEmbeddedStore({
    ...testSize,
    directory,
    readers: 1,
    waitingMax: 4,
    limits: { timeoutMs: 20_000, memoryMaxBytes: 256 * MiB, rowsMax: 10_000 },
    ...more,
  })
  await store.migrate()
  return store
}
