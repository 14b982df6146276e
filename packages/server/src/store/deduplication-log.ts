import { open, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { quote } from './bind.ts'
import { openEngine } from './engine.ts'
import type { EngineSize } from './engine-arguments.ts'

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

export async function syncLog(tablePath: string): Promise<void> {
  const folder = logFolder(tablePath)
  const names = (await namesIn(folder)).filter(isLog)
  if (names.length === 0) return
  // Numbered; only the newest is written to.
  const newest = names.toSorted((one, other) => numberOf(one) - numberOf(other)).at(-1) ?? ''
  for (const path of [join(folder, newest), folder]) {
    const file = await open(path, 'r')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
  }
}

/** Nothing may be merged while it is found out what must not be. */
const withoutMerges = [
  '--merge_tree.max_bytes_to_merge_at_max_space_in_pool=1',
  '--merge_tree.max_bytes_to_merge_at_min_space_in_pool=1',
]

const notePath = (directory: string): string => join(directory, 'wakeline-insertions.json')

/** By folder of the table, the last insertion that is there before this run loads anything. */
export async function noteInsertions(directory: string, tablePaths: readonly string[]): Promise<void> {
  const noted: Record<string, number> = {}
  for (const path of tablePaths) {
    const last = (await namesIn(path)).map((name) => insertionsOf(name)?.last ?? 0)
    noted[relative(directory, path)] = Math.max(0, ...last)
  }
  await writeFile(`${notePath(directory)}.new`, JSON.stringify(noted), { flush: true })
  await rename(`${notePath(directory)}.new`, notePath(directory))
}

/**
 * Before the store is opened. Parts go to the table's `detached` folder; one that a merge has taken in already is left,
 * since taking it out again could lose what it was merged with.
 */
export async function setAsideUnlogged(directory: string, size: EngineSize): Promise<void> {
  const found = await findUnlogged(directory)
  if (found.size === 0) return
  const engine = openEngine(directory, size, withoutMerges)
  try {
    const active = await engine.ask(
      'SELECT table, name, path FROM system.parts WHERE database = currentDatabase() AND active',
    )
    for (const line of active) {
      const [table = '', name = '', path = ''] = line.split('\t')
      if (found.has(join(path))) await engine.run(`ALTER TABLE ${table} DETACH PART ${quote(name)}`)
    }
  } finally {
    await engine.close()
  }
}

/** Folders of parts, each ending with a slash, in all tables that have such a file. */
async function findUnlogged(directory: string): Promise<Set<string>> {
  const found = new Set<string>()
  const noted = await readNoted(directory)
  const tables = join(directory, 'store')
  for (const some of await namesIn(tables)) {
    for (const table of await namesIn(join(tables, some))) {
      const path = join(tables, some, table)
      const before = noted[relative(directory, path)]
      if (before === undefined) continue
      for (const part of unlogged(await namesIn(path), await readLogs(path), before)) found.add(`${join(path, part)}/`)
    }
  }
  return found
}

async function readLogs(tablePath: string): Promise<string[]> {
  const names = (await namesIn(logFolder(tablePath))).filter(isLog)
  return Promise.all(names.map((name) => readFile(join(logFolder(tablePath), name), 'utf8')))
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

/** Parts of one insertion after `before` and after all that the logs speak of. */
export function unlogged(parts: readonly string[], logs: readonly string[], before: number): string[] {
  const logged = logs.flatMap((text) => text.split('\n').map((line) => insertionsOf(line.split('\t')[1] ?? '')))
  const newest = Math.max(before, ...logged.map((insertions) => insertions?.last ?? 0))
  return parts.filter((name) => {
    const insertions = insertionsOf(name)
    return insertions !== undefined && insertions.first === insertions.last && insertions.first > newest
  })
}

/** `20260105_57_60_1`: partition, first and last insertion, merges. A rewritten part has a fifth number, and is none of ours. */
function insertionsOf(part: string): { first: number; last: number } | undefined {
  const [, first, last] = /^\d+_(\d+)_(\d+)_\d+$/.exec(part) ?? []
  return first === undefined || last === undefined ? undefined : { first: Number(first), last: Number(last) }
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
