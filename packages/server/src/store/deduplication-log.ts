import { mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { replaceFile } from '../base/durable-files.ts'

/**
 * The engine remembers the tokens of loads in a file for each table, but does not sync it. After a power cut it may hold a part without
 * the line that says which load it came from; that load, which the segment log still has, would be stored again.
 *
 *   deduplication_logs/deduplication_log_1.txt    1 <tab> 20260105_57_57_0 <tab> <hash of the token>
 *
 * So the files are synced after each load, before its segment is finished. What a run has added and they do not speak of at the next start
 * can only be of a load that was not finished: it is set aside, and comes again, whole, with its segment. What was there
 * when the run began loading (migrations, a restore) is noted by its start and never touched.
 */
const logFolder = (tablePath: string): string => join(tablePath, 'deduplication_logs')

/** What is synced of each table's newest file: most loads write to a few of them. */
export type SyncedLogs = Map<string, { name: string; bytes: number }>

export async function syncLog(tablePath: string, synced: SyncedLogs): Promise<void> {
  const folder = logFolder(tablePath)
  const names = (await namesIn(folder)).filter(isLog)
  // Numbered; only the newest is written to.
  const name = names.toSorted((one, other) => numberOf(one) - numberOf(other)).at(-1)
  if (name === undefined) return
  const { size: bytes } = await stat(join(folder, name))
  const before = synced.get(tablePath)
  if (before?.name === name && before.bytes === bytes) return
  await syncFile(join(folder, name))
  if (before?.name !== name) await syncFile(folder)
  synced.set(tablePath, { name, bytes })
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

const notePath = (directory: string): string => join(directory, 'wakeline-insertions.json')

/** By folder of the table, the last insertion that is there before this run loads anything. */
export async function noteInsertions(directory: string, tablePaths: readonly string[]): Promise<void> {
  const noted: Record<string, number> = {}
  for (const path of tablePaths) {
    const last = (await namesIn(path)).map((name) => insertionsOf(name)?.last ?? 0)
    noted[relative(directory, path)] = Math.max(0, ...last)
  }
  await replaceFile(notePath(directory), JSON.stringify(noted))
}

/**
 * Before the engine opens the store and merges what it finds: makes what it remembers and what it has the same.
 *
 *   a part without its line    goes to the table's `detached` folder, and so does what a merge has made of it since: the other parts
 *                              of that merge are still there, because they stay for minutes, and what has no line is as young as
 *                              the moment between a load and the sync behind it
 *   a line without its part    goes: the engine writes the line first, and died before it gave the part its name
 *   half a line                goes: the engine would go on writing behind it
 */
export async function mendLogs(directory: string): Promise<void> {
  for (const [table, before] of Object.entries(await readNoted(directory))) {
    const tablePath = join(directory, table)
    const parts = await namesIn(tablePath)
    const logs: string[] = []
    for (const name of (await namesIn(logFolder(tablePath))).filter(isLog)) {
      const path = join(logFolder(tablePath), name)
      const text = await readFile(path, 'latin1')
      const mended = mendLog(text, parts, before)
      if (mended !== text) await replaceFile(path, mended, { encoding: 'latin1' })
      logs.push(mended)
    }
    for (const part of unlogged(parts, logs, before)) await setAside(tablePath, part)
  }
}

/** The engine gives the number of an insertion that is gone to another: a part of the same name may have been set aside before. */
async function setAside(tablePath: string, part: string): Promise<void> {
  const folder = join(tablePath, 'detached')
  await mkdir(folder, { recursive: true })
  const taken = new Set(await namesIn(folder))
  let name = `unlogged_${part}`
  for (let time = 2; taken.has(name); time += 1) name = `unlogged_${part}_try${time}`
  await rename(join(tablePath, part), join(folder, name))
}

/** The whole lines from the beginning, but for those of this run whose part is not there, nor one that it was merged into. */
export function mendLog(text: string, parts: readonly string[], before: number): string {
  const whole = /^(?:\d+\t[^\t\n\0]+\t[^\t\n\0]+\n)*/.exec(text)?.[0] ?? ''
  const there = parts.flatMap((name) => insertionsOf(name) ?? [])
  const isKept = (line: string): boolean => {
    const added = insertionsOf(line.split('\t')[1] ?? '')
    if (added === undefined || added.last <= before) return true
    return there.some(
      ({ partition, first, last }) => partition === added.partition && first <= added.first && added.last <= last,
    )
  }
  return whole.split('\n').filter(isKept).join('\n')
}

async function readNoted(directory: string): Promise<Readonly<Record<string, number>>> {
  const text = await readFile(notePath(directory), 'utf8').catch(() => '{}')
  try {
    return JSON.parse(text)
  } catch {
    // Torn by the power cut that came while it was written: then nothing was loaded after it.
    return {}
  }
}

/** Parts of one insertion after `before` and after all that the logs speak of, and what was merged from them. */
export function unlogged(parts: readonly string[], logs: readonly string[], before: number): string[] {
  const logged = logs.flatMap((text) => text.split('\n').map((line) => insertionsOf(line.split('\t')[1] ?? '')))
  const newest = Math.max(before, ...logged.map((insertions) => insertions?.last ?? 0))
  return parts.filter((name) => (insertionsOf(name)?.last ?? 0) > newest)
}

/** `20260105_57_60_1`: partition, first and last insertion, merges; a fifth number where it was rewritten. */
function insertionsOf(part: string): { partition: string; first: number; last: number } | undefined {
  const [, partition, first, last] = /^(\d+)_(\d+)_(\d+)_\d+(?:_\d+)?$/.exec(part) ?? []
  if (partition === undefined) return undefined
  return { partition, first: Number(first), last: Number(last) }
}

const isLog = (name: string): boolean => name.endsWith('.txt')
const numberOf = (name: string): number => Number(/(\d+)\.txt$/.exec(name)?.[1] ?? 0)

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}
