import { basename, join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { TableName } from '../../store/tables.ts'
import type { Files } from './files.ts'
import { type Batch, decodeJournal, type Journal, type JournalGroup } from './journal.ts'
import { dataPath, journalPath, receiptPath, type SealedSegment, type SegmentFile } from './open-segment.ts'
import { groupsMax } from './segment-log.ts'

/** What an earlier run left: segments to load again, its batches as they were answered, and what could not be used. */
export type Recovered = {
  segments: SealedSegment[]
  batches: { group: Batch[]; atUnixMs: number }[]
  receipts: { path: string; lastUnixMs: number }[]
  nextNumber: number
  /** Groups at the end of a journal that were being written when the process died: never acknowledged. */
  tornGroups: number
  damaged: Damaged[]
}

/** Groups from one on that is not on disk as it was written, though it was acknowledged: no torn tail. */
export type Damaged = { segment: number; groups: number; rows: number; keptIn: string }

/** Reads the folder, cuts torn tails off, and removes files that no journal speaks of. */
export async function recoverSegments(directory: string, files: Files, poisonDirectory: string): Promise<Recovered> {
  const names = await files.list(directory)
  const recovered: Recovered = { segments: [], batches: [], receipts: [], nextNumber: 1, tornGroups: 0, damaged: [] }
  const journals = new Set<number>()
  for (const number of numbersOf(names, '.loaded')) await readReceipt(directory, number, files, recovered)
  for (const number of numbersOf(names, '.journal')) {
    journals.add(number)
    await recoverSegment({ directory, number, poisonDirectory }, files, recovered)
  }
  for (const name of names) {
    const number = Number.parseInt(name, 10)
    if (number >= recovered.nextNumber) recovered.nextNumber = number + 1
    if (name.endsWith('.native') && !journals.has(number)) await files.remove(join(directory, name))
  }
  await files.syncDirectory(directory)
  recovered.batches.sort((one, other) => one.atUnixMs - other.atUnixMs)
  return recovered
}

function numbersOf(names: readonly string[], ending: string): number[] {
  const numbers = names.filter((name) => name.endsWith(ending)).map((name) => Number.parseInt(name, 10))
  return numbers.sort((one, other) => one - other)
}

async function readReceipt(directory: string, number: number, files: Files, into: Recovered): Promise<void> {
  const path = receiptPath(directory, number)
  const { groups } = decodeJournal(await files.read(path))
  for (const { group } of groups) into.batches.push({ group: group.batches, atUnixMs: group.atUnixMs })
  into.receipts.push({ path, lastUnixMs: groups.at(-1)?.group.atUnixMs ?? 0 })
}

type Place = { directory: string; number: number; poisonDirectory: string }

async function recoverSegment(place: Place, files: Files, into: Recovered): Promise<void> {
  const { directory, number } = place
  const path = journalPath(directory, number)
  const bytes = await files.read(path)
  const journal = decodeJournal(bytes)
  const data = await readData(directory, number, files, journal)
  const whole = countWhole(journal, data)
  const end = journal.groups[whole - 1]?.endOffset
  const lost = journal.groups.slice(whole).map(({ group }) => group)
  // No more than so many are on their way at once: the first of more had been acknowledged.
  if (lost.length > groupsMax) {
    const keptIn = await keepDamaged(place, files, { journal: bytes, data })
    const rows = lost.flatMap(({ blocks }) => blocks).reduce((sum, block) => sum + block.rows, 0)
    into.damaged.push({ segment: number, groups: lost.length, rows, keptIn })
  } else into.tornGroups += lost.length + (bytes.length > journal.validBytes ? 1 : 0)
  if (end === undefined || journal.header === undefined) {
    for (const table of data.keys()) await files.remove(dataPath(directory, number, table))
    await files.remove(path)
    return
  }
  const groups = journal.groups.slice(0, whole).map(({ group }) => group)
  const sealed = filesOf(directory, number, groups)
  await files.truncate(path, end)
  for (const file of sealed) await files.truncate(file.path, file.bytes)
  // The last group may have been written and not synced: from here on a repeat of it is answered as stored.
  for (const written of [path, ...sealed.map((file) => file.path)]) await files.sync(written)
  for (const { batches, atUnixMs } of groups) into.batches.push({ group: batches, atUnixMs })
  into.segments.push({
    number,
    directory,
    header: journal.header,
    files: sealed,
    rows: sealed.reduce((sum, file) => sum + file.rows, 0),
    bytes: sealed.reduce((sum, file) => sum + file.bytes, end),
  })
}

async function readData(
  directory: string,
  number: number,
  files: Files,
  journal: Journal,
): Promise<Map<TableName, Uint8Array>> {
  const tables = new Set(journal.groups.flatMap(({ group }) => group.blocks.map(({ table }) => table)))
  const names = new Set(await files.list(directory))
  const data = new Map<TableName, Uint8Array>()
  for (const table of tables) {
    if (names.has(`${number}.${table}.native`)) data.set(table, await files.read(dataPath(directory, number, table)))
  }
  return data
}

/** Groups from the first whose every block is on disk as it was written. */
function countWhole(journal: Journal, data: ReadonlyMap<TableName, Uint8Array>): number {
  const torn = journal.groups.findIndex(({ group }) => !isWhole(group, data))
  return torn < 0 ? journal.groups.length : torn
}

function isWhole({ blocks }: JournalGroup, data: ReadonlyMap<TableName, Uint8Array>): boolean {
  return blocks.every(({ table, offset, length, checksum }) => {
    const bytes = data.get(table)?.subarray(offset, offset + length)
    return bytes?.length === length && crc32(bytes) === checksum
  })
}

type Contents = { journal: Uint8Array; data: ReadonlyMap<TableName, Uint8Array> }

/** Copies, as what is damaged is cut off next. Answers where they are; a start does not fail for want of them. */
async function keepDamaged(
  { directory, number, poisonDirectory }: Place,
  files: Files,
  { journal, data }: Contents,
): Promise<string> {
  const copies = new Map([[journalPath(directory, number), journal]])
  for (const [table, bytes] of data) copies.set(dataPath(directory, number, table), bytes)
  try {
    await files.makeDirectory(poisonDirectory)
    for (const [path, bytes] of copies) {
      const kept = join(poisonDirectory, `damaged-${basename(path)}`)
      await files.remove(kept)
      const file = await files.create(kept, true)
      await file.write(bytes, 0)
      await file.close()
    }
    await files.syncDirectory(poisonDirectory)
    return poisonDirectory
  } catch (error) {
    return `no place: ${error instanceof Error ? error.message : error}`
  }
}

function filesOf(directory: string, number: number, groups: readonly JournalGroup[]): SegmentFile[] {
  const files = new Map<TableName, SegmentFile>()
  for (const { table, offset, length, rows } of groups.flatMap(({ blocks }) => blocks)) {
    const file = files.get(table) ?? { table, path: dataPath(directory, number, table), rows: 0, bytes: 0 }
    file.rows += rows
    file.bytes = offset + length
    files.set(table, file)
  }
  return [...files.values()]
}
