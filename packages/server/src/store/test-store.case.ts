import { type EmbeddedOptions, openEmbeddedStore } from './embedded.ts'
import type { Store } from './store.ts'

const MiB = 1024 * 1024

/** What an engine of a test may take. */
export const testSize = { memoryMaxBytes: 1024 * MiB, mergesMax: 1 }

/** The real store in a folder of a test, with its tables made. */
export async function openTestStore(directory: string, more: Partial<EmbeddedOptions> = {}): Promise<Store> {
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
