import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { TableName } from '../../store/tables.ts'
import type { EncodedBlock } from '../decode/open-blocks.ts'
import type { AppendFile, Files } from './files.ts'
import { type Batch, encodeGroup, encodeHeader, type JournalBlock, type JournalHeader } from './journal.ts'

export type SegmentFile = { table: TableName; path: string; rows: number; bytes: number }
/** Complete and waiting for the store. */
export type SealedSegment = {
  number: number
  directory: string
  header: JournalHeader
  files: SegmentFile[]
  rows: number
  bytes: number
}

export const journalPath = (directory: string, number: number): string => join(directory, `${number}.journal`)
export const receiptPath = (directory: string, number: number): string => join(directory, `${number}.loaded`)
export const dataPath = (directory: string, number: number, table: TableName): string =>
  join(directory, `${number}.${table}.native`)

type Extent = { bytes: number; rows: number }
/** What is durable counts; the next group goes behind all that is written. */
type DataFile = { file: AppendFile; written: Extent; durable: Extent }

/** A group on its way to the disk. */
export type BegunGroup = {
  blocks: readonly EncodedBlock[]
  lineBytes: number
  /** Resolves when it is durable, and rejects when all of it has ended and something has failed. */
  durable: Promise<void>
}

export type OpenSegmentOptions = {
  number: number
  directory: string
  header: JournalHeader
  durability: 'fsync' | 'os'
  files: Files
}

/** The segment that groups are appended to. Calls must not overlap, groups that were begun may. */
export class OpenSegment {
  readonly number: number
  #bytes = 0
  #rowsMost = 0
  #journalBytes = 0
  #journalWrittenBytes = 0
  readonly #options: OpenSegmentOptions
  readonly #journal: AppendFile
  readonly #data = new Map<TableName, DataFile>()

  private constructor(options: OpenSegmentOptions, journal: AppendFile) {
    this.number = options.number
    this.#options = options
    this.#journal = journal
  }

  static async open(options: OpenSegmentOptions): Promise<OpenSegment> {
    const { directory, number, files, durability } = options
    return new OpenSegment(options, await files.create(journalPath(directory, number), durability === 'fsync'))
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Rows written to the table that has most: what an insert block must hold. */
  get rowsMost(): number {
    return this.#rowsMost
  }

  /**
   * Begins to write one group behind those before it. It counts from `keep` on. When it fails, nothing of it counts, nor of those
   * behind it: the files hold more than they should until `cut` has succeeded, and no other group may be begun.
   */
  async begin(blocks: readonly EncodedBlock[], batches: readonly Batch[], atUnixMs: number): Promise<BegunGroup> {
    const { directory, durability, files, header } = this.#options
    const isFirstOfFile = await this.#createFiles(blocks)
    const entries: JournalBlock[] = blocks.map(({ table, rows, bytes }) => ({
      table,
      offset: this.#dataOf(table).written.bytes,
      length: bytes.length,
      rows,
      checksum: crc32(bytes),
    }))
    const group = encodeGroup({ atUnixMs, batches: [...batches], blocks: entries })
    const line = this.#journalWrittenBytes === 0 ? Buffer.concat([encodeHeader(header), group]) : group
    const writes = [this.#journal.write(line, this.#journalWrittenBytes)]
    this.#journalWrittenBytes += line.length
    for (const block of blocks) {
      const { file, written } = this.#dataOf(block.table)
      writes.push(file.write(block.bytes, written.bytes))
      extend(written, block)
      this.#rowsMost = Math.max(this.#rowsMost, written.rows)
    }
    // The names of files that it made have to be durable as well.
    if (isFirstOfFile && durability === 'fsync') writes.push(files.syncDirectory(directory))
    return { blocks, lineBytes: line.length, durable: settleAll(writes) }
  }

  /** To be called for groups that are durable, in the order they were written in. */
  keep({ blocks, lineBytes }: BegunGroup): void {
    this.#journalBytes += lineBytes
    this.#bytes += lineBytes
    for (const block of blocks) {
      extend(this.#dataOf(block.table).durable, block)
      this.#bytes += block.bytes.length
    }
  }

  /** Takes back what failed groups may have left. The journal goes first: without its line the bytes mean nothing. */
  async cut(): Promise<void> {
    await this.#journal.truncate(this.#journalBytes)
    if (this.#options.durability === 'fsync') await this.#journal.sync()
    for (const data of this.#data.values()) await data.file.truncate(data.durable.bytes)
  }

  /** Ends the segment; undefined when nothing was made durable in it, and then its files are gone. */
  async seal(): Promise<SealedSegment | undefined> {
    const { number, directory, header, files } = this.#options
    // What a close could still report, the sync before it has reported.
    await Promise.allSettled([this.#journal.close(), ...[...this.#data.values()].map(({ file }) => file.close())])
    const sealed: SegmentFile[] = []
    for (const [table, { durable }] of this.#data) {
      const { rows, bytes } = durable
      const path = dataPath(directory, number, table)
      if (rows > 0) sealed.push({ table, path, rows, bytes })
      else await files.remove(path)
    }
    if (sealed.length === 0) {
      await files.remove(journalPath(directory, number))
      return undefined
    }
    const rows = sealed.reduce((sum, file) => sum + file.rows, 0)
    return { number, directory, header, files: sealed, rows, bytes: this.#bytes }
  }

  async #createFiles(blocks: readonly EncodedBlock[]): Promise<boolean> {
    const { directory, durability, number, files } = this.#options
    const fresh = blocks.filter(({ table }) => !this.#data.has(table))
    await settleAll(
      fresh.map(async ({ table }) => {
        const file = await files.create(dataPath(directory, number, table), durability === 'fsync')
        this.#data.set(table, { file, written: { bytes: 0, rows: 0 }, durable: { bytes: 0, rows: 0 } })
      }),
    )
    return fresh.length > 0
  }

  #dataOf(table: TableName): DataFile {
    const data = this.#data.get(table)
    if (data === undefined) throw new Error(`segment ${this.number} has no file for ${table}`)
    return data
  }
}

function extend(extent: Extent, { bytes, rows }: EncodedBlock): void {
  extent.bytes += bytes.length
  extent.rows += rows
}

/** Waits for all, so that nothing is still being written when the first error is dealt with. */
async function settleAll(all: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(all)) {
    if (outcome.status === 'rejected') throw outcome.reason
  }
}
