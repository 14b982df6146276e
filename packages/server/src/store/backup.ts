import { access, constants, copyFile, link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { replaceFile, syncDirectory } from '../base/durable-files.ts'

/**
 * A folder that holds a whole store:
 *
 *   backup.json                     what is in it; written last, so a backup without it is not one
 *   tables/<table>/<part>/...       the engine's own parts, as they lay in the store, checksums with them
 *   files/...                       what the server keeps beside its store (`BackupRequest.files`)
 *
 * Parts never change once written. So a backup is the parts of one moment, and a later one beside it may share
 * the files of parts that both have (hard links): each folder is whole all the same, and any can be deleted.
 */
export type BackupTable = {
  rows: number
  parts: number
  bytes: number
  /** By what its rows are sorted: a store keeps what it was made with. Backups of before 2026-11-30 do not tell. */
  order?: string
}
export type BackupManifest = {
  format: 1
  /** Number of the newest migration the store had. */
  schema: number
  createdUnixMs: number
  tables: Record<string, BackupTable>
}
export type BackupRequest = {
  /** Made when it is not there, and must be empty. */
  to: string
  /** An earlier backup whose files are shared; '' for none. */
  since: string
  nowUnixMs: number
  /** Small files of the data directory that go with the store, each replaced as a whole when it changes; those that are there. */
  files?: { directory: string; names: readonly string[] }
}
export type BackupDone = { manifest: BackupManifest; copiedBytes: number; sharedBytes: number }

export const manifestPath = (directory: string): string => join(directory, 'backup.json')
export const tablePath = (directory: string, table: string): string => join(directory, 'tables', table)

/** Throws a sentence when the folder is not an empty one that can be written. */
export async function prepareBackupFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true })
  } catch (error) {
    throw new Error(`Cannot write a backup to ${directory}: ${messageOf(error)}`, { cause: error })
  }
  if ((await readdir(directory)).length > 0) {
    throw new Error(
      `Cannot write a backup to ${directory}: it is not empty, and nothing is overwritten; name a new folder`,
    )
  }
}

export async function readManifest(directory: string): Promise<BackupManifest> {
  let text: string
  try {
    text = await readFile(manifestPath(directory), 'utf8')
  } catch (error) {
    throw new Error(
      `Cannot use ${directory}: it is not a whole backup (its backup.json is written last and cannot be read: ${messageOf(error)})`,
      { cause: error },
    )
  }
  const manifest: BackupManifest = JSON.parse(text)
  if (manifest.format !== 1) {
    throw new Error(
      `Cannot use ${directory}: its format is ${manifest.format} and this program knows 1; use the newer wakeline that wrote it`,
    )
  }
  return manifest
}

export async function writeManifest(directory: string, manifest: BackupManifest): Promise<void> {
  await replaceFile(manifestPath(directory), `${JSON.stringify(manifest, undefined, 2)}\n`)
}

/** Where a table's frozen parts lie. */
export type FrozenTable = { table: string; directory: string; order: string }

export async function copyFrozen(
  frozen: readonly FrozenTable[],
  { to, since }: Pick<BackupRequest, 'to' | 'since'>,
): Promise<Omit<BackupDone, 'manifest'> & { tables: Record<string, BackupTable> }> {
  const done = { tables: {} as Record<string, BackupTable>, copiedBytes: 0, sharedBytes: 0 }
  await mkdir(join(to, 'tables'))
  for (const { table, directory, order } of frozen) {
    const totals: BackupTable = { rows: 0, parts: 0, bytes: 0, order }
    await mkdir(tablePath(to, table))
    for (const part of await partsOf(directory)) {
      const earlier = since === '' ? '' : join(tablePath(since, table), part)
      const copied = await copyPart(join(directory, part), join(tablePath(to, table), part), earlier)
      totals.rows += await rowsOfPart(join(tablePath(to, table), part))
      totals.parts += 1
      totals.bytes += copied.bytes
      if (copied.shared) done.sharedBytes += copied.bytes
      else done.copiedBytes += copied.bytes
    }
    await syncDirectory(tablePath(to, table))
    done.tables[table] = totals
  }
  await syncDirectory(join(to, 'tables'))
  return done
}

const filesPath = (directory: string): string => join(directory, 'files')

export async function copyFiles({ to, files }: Pick<BackupRequest, 'to' | 'files'>): Promise<void> {
  for (const name of files?.names ?? []) {
    const from = join(files?.directory ?? '', name)
    if (!(await isThere(from))) continue
    const target = join(filesPath(to), name)
    await mkdir(dirname(target), { recursive: true })
    await copySynced(from, target)
    await syncDirectory(dirname(target))
  }
}

/** Fills a data directory; throws where one of them is there. */
export async function restoreFiles(from: string, directory: string): Promise<void> {
  for (const name of await namesOfFiles(from)) {
    const target = join(directory, name)
    await mkdir(dirname(target), { recursive: true })
    await copySynced(join(filesPath(from), name), target)
    await syncDirectory(dirname(target))
  }
}

/** Names of the files of a backup, as they are called in a data directory. */
export async function namesOfFiles(from: string): Promise<string[]> {
  if (!(await isThere(filesPath(from)))) return []
  const entries = await readdir(filesPath(from), { withFileTypes: true, recursive: true })
  return entries.flatMap((entry) =>
    entry.isFile() ? [relative(filesPath(from), join(entry.parentPath, entry.name))] : [],
  )
}

export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** A table that never held a row has no folder in the freeze. */
export async function partsOf(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

const rowsOfPart = async (part: string): Promise<number> => Number(await readFile(join(part, 'count.txt'), 'utf8'))

/** Copies a part's files and syncs them; shares those of the same part of an earlier backup where the file system can. */
export async function copyPart(from: string, to: string, earlier = ''): Promise<{ bytes: number; shared: boolean }> {
  let shared = earlier !== '' && (await isSamePart(from, earlier))
  let bytes = 0
  await mkdir(to)
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) {
      bytes += (await copyPart(source, target)).bytes
      continue
    }
    shared = shared && (await tryLink(join(earlier, entry.name), target))
    if (!shared) await copySynced(source, target)
    bytes += (await stat(target)).size
  }
  await syncDirectory(to)
  return { bytes, shared }
}

/** The checksums of all files of a part stand in one of them. */
async function isSamePart(one: string, other: string): Promise<boolean> {
  const [here, there] = await Promise.all([readChecksums(one), readChecksums(other)])
  return here !== undefined && there !== undefined && here.equals(there)
}

const readChecksums = (part: string): Promise<Buffer | undefined> =>
  readFile(join(part, 'checksums.txt')).catch(() => undefined)

/** False on another file system, or where the earlier backup has lost the file. */
const tryLink = (from: string, to: string): Promise<boolean> =>
  link(from, to).then(
    () => true,
    () => false,
  )

async function copySynced(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  const file = await open(to, 'r+')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** What a backup or restore that was killed left behind in a folder of ours. */
export const clearAway = (directory: string): Promise<void> => rm(directory, { recursive: true, force: true })

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
