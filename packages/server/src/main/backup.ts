import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Ingest, startIngest } from '../ingest/ingest.ts'
import type { Options } from '../options.ts'
import type { BackupDone, BackupManifest } from '../store/backup.ts'
import { restoreStore } from '../store/restore.ts'
import type { Store } from '../store/store.ts'
import { startControl } from './control.ts'
import { openStore } from './open-store.ts'
import type { ServerParts } from './server-parts.ts'

export type { BackupDone, BackupManifest } from '../store/backup.ts'

const flushTimeoutMs = 60_000
/** Silences with who was told of what, and the rules and dashboards that were made here. */
const files = ['notifier.json', 'rules/made.json', 'dashboards/made.json']

type BackupParts = { store: Store; ingest: Pick<Ingest, 'flush'>; nowUnixMs: () => number; directory: string }
/** `since` is an earlier backup, or ''. Both are absolute. */
export type BackupWords = { to: string; since: string }

/** Everything acknowledged before the call is in it: what waits in the segment log is loaded first. */
async function backUp(
  { store, ingest, nowUnixMs, directory }: BackupParts,
  { to, since }: BackupWords,
): Promise<BackupDone> {
  if (!(await ingest.flush(flushTimeoutMs))) {
    throw new Error(
      `Cannot back up: what was received last is not in the store after ${flushTimeoutMs / 1000} s; the log of the server says why`,
    )
  }
  return store.backup({ to, since, nowUnixMs: nowUnixMs(), files: { directory, names: files } })
}

type Listening = { store: Store; ingest: Ingest; directory: string }

/** A path that is too long for a socket costs the command, not the server. Answers what stops it. */
export async function listenForBackups(
  { nowUnixMs, report }: Pick<ServerParts, 'nowUnixMs' | 'report'>,
  { store, ingest, directory }: Listening,
): Promise<() => Promise<void>> {
  try {
    const control = await startControl(directory, {
      backup: ({ to = '', since = '' }) => backUp({ store, ingest, nowUnixMs, directory }, { to, since }),
    })
    return () => control.stop()
  } catch (error) {
    report('warn', `Cannot listen for "wakeline backup" in ${directory}: ${error}; stop the server to back it up`)
    return async () => {}
  }
}

/** Of a store that no server has open: what an earlier run left in the segment log is loaded first. */
export async function backUpClosedStore(options: Options, words: BackupWords): Promise<BackupDone> {
  const directory = resolve(options.directory)
  if (!existsSync(join(directory, 'store'))) {
    throw new Error(`Cannot back up ${directory}: there is no store in it; name its folder with --directory`)
  }
  const store = await openStore(options, directory, console.error)
  try {
    await store.migrate()
    const report = (sentence: string): void => console.error(sentence)
    const shared = { store, nowUnixMs: Date.now }
    const ingest = await startIngest({ ...shared, directory, options: { ...options, limits: options }, report })
    try {
      return await backUp({ ...shared, ingest, directory }, words)
    } finally {
      await ingest.stop()
    }
  } finally {
    await store.close()
  }
}

export function restoreInto(options: Options, from: string): Promise<BackupManifest> {
  const { engineMemoryMaxBytes: memoryMaxBytes, mergesAtOnceMax: mergesMax } = options
  return restoreStore({ from, directory: resolve(options.directory), memoryMaxBytes, mergesMax })
}
