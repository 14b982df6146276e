import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { TableName } from '../../store/tables.ts'
import type { EncodedBlock } from '../decode/open-blocks.ts'
import type { AppendFile, Files } from './files.ts'
import { encodeGroup, encodeHeader, type JournalBlock, type JournalHeader } from './journal.ts'

export type SegmentFile = { table: TableName; path: string; rows: number; bytes: number }
/** Complete and waiting for the store. */
export type SealedSegment = {
  number: number
  directory: string
  header: JournalHeader
  files: SegmentFile[]
  rows: number
  bytes: number
  /** Arrival of its last group: its receipt is kept for the time of repeats from then on. */
  lastUnixMs: number
}

export const journalPath = (directory: string, number: number): string => join(directory, `${number}.journal`)
export const receiptPath = (directory: string, number: number): string => join(directory, `${number}.loaded`)
export const dataPath = (directory: string, number: number, table: TableName): string =>
  join(directory, `${number}.${table}.native`)

type DataFile = { file: AppendFile; bytes: number; rows: number }

export type OpenSegmentOptions = {
  number: number
  directory: string
  header: JournalHeader
  durability: 'fsync' | 'os'
  files: Files
}

/** The segment that groups are appended to. Calls must not overlap. */
export class OpenSegment {
  readonly number: number
  #bytes = 0
  #rowsMost = 0
  #lastUnixMs = 0
  #journalBytes: number
  readonly #options: OpenSegmentOptions
  readonly #journal: AppendFile
  readonly #data = new Map<TableName, DataFile>()

  private constructor(options: OpenSegmentOptions, journal: AppendFile, journalBytes: number) {
    this.number = options.number
    this.#options = options
    this.#journal = journal
    this.#journalBytes = journalBytes
  }

  static async open(options: OpenSegmentOptions): Promise<OpenSegment> {
    const { directory, number, files } = options
    const journal = await files.create(journalPath(directory, number))
    const header = encodeHeader(options.header)
    try {
      await journal.write(header, 0)
    } catch (error) {
      await journal.close()
      await files.remove(journalPath(directory, number))
      throw error
    }
    return new OpenSegment(options, journal, header.length)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Rows of the table that has most: what an insert block must hold. */
  get rowsMost(): number {
    return this.#rowsMost
  }

  /**
   * Makes one group durable. When it throws, nothing of the group counts: the files hold more than they should until
   * `cut` has succeeded, and no other group may be appended.
   */
  async append(blocks: readonly EncodedBlock[], keys: readonly string[], atUnixMs: number): Promise<void> {
    const created = await this.#createFiles(blocks)
    const entries: JournalBlock[] = blocks.map(({ table, rows, bytes }) => ({
      table,
      offset: this.#data.get(table)?.bytes ?? 0,
      length: bytes.length,
      rows,
      checksum: crc32(bytes),
    }))
    const line = encodeGroup({ atUnixMs, keys: [...keys], blocks: entries })
    await settleAll([
      ...blocks.map(async ({ table, bytes }) => {
        const data = this.#dataOf(table)
        await data.file.write(bytes, data.bytes)
        await this.#sync(data.file)
      }),
      this.#journal.write(line, this.#journalBytes).then(() => this.#sync(this.#journal)),
      ...(created && this.#isSynced() ? [this.#options.files.syncDirectory(this.#options.directory)] : []),
    ])
    this.#account(blocks, line.length, atUnixMs)
  }

  #account(blocks: readonly EncodedBlock[], lineLength: number, atUnixMs: number): void {
    this.#journalBytes += lineLength
    this.#bytes += lineLength
    this.#lastUnixMs = atUnixMs
    for (const { table, rows, bytes } of blocks) {
      const data = this.#dataOf(table)
      data.bytes += bytes.length
      data.rows += rows
      this.#bytes += bytes.length
      this.#rowsMost = Math.max(this.#rowsMost, data.rows)
    }
  }

  /** Takes back what a failed `append` may have left. The journal goes first: without its line the bytes mean nothing. */
  async cut(): Promise<void> {
    await this.#journal.truncate(this.#journalBytes)
    await this.#sync(this.#journal)
    for (const data of this.#data.values()) await data.file.truncate(data.bytes)
  }

  /** Ends the segment; undefined when nothing was made durable in it, and then its files are gone. */
  async seal(): Promise<SealedSegment | undefined> {
    const { number, directory, header, files } = this.#options
    // What a close could still report, the sync before it has reported.
    await Promise.allSettled([this.#journal.close(), ...[...this.#data.values()].map(({ file }) => file.close())])
    const sealed: SegmentFile[] = []
    for (const [table, { rows, bytes }] of this.#data) {
      const path = dataPath(directory, number, table)
      if (rows > 0) sealed.push({ table, path, rows, bytes })
      else await files.remove(path)
    }
    if (sealed.length === 0) {
      await files.remove(journalPath(directory, number))
      return undefined
    }
    const rows = sealed.reduce((sum, file) => sum + file.rows, 0)
    return { number, directory, header, files: sealed, rows, bytes: this.#bytes, lastUnixMs: this.#lastUnixMs }
  }

  async #createFiles(blocks: readonly EncodedBlock[]): Promise<boolean> {
    const { directory, number, files } = this.#options
    const fresh = blocks.filter(({ table }) => !this.#data.has(table))
    await settleAll(
      fresh.map(async ({ table }) => {
        const file = await files.create(dataPath(directory, number, table))
        this.#data.set(table, { file, bytes: 0, rows: 0 })
      }),
    )
    return fresh.length > 0
  }

  #dataOf(table: TableName): DataFile {
    const data = this.#data.get(table)
    if (data === undefined) throw new Error(`segment ${this.number} has no file for ${table}`)
    return data
  }

  #isSynced(): boolean {
    return this.#options.durability === 'fsync'
  }

  async #sync(file: AppendFile): Promise<void> {
    if (this.#isSynced()) await file.sync()
  }
}

/** Waits for all, so that nothing is still being written when the first error is dealt with. */
async function settleAll(all: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(all)) {
    if (outcome.status === 'rejected') throw outcome.reason
  }
}
