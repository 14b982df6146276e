import { crc32 } from 'node:zlib'
import { type TableName, tables } from '../../store/tables.ts'
import type { Decoded } from '../decode/decode.ts'

/**
 * What stands in a segment, as lines of text:
 *
 *   7.journal         1c291ca3 {"format":1,"server":"k3v9...","blockRows":1000000}
 *                     9f2d10bb {"at":1767225600000,"keys":["..."],"blocks":[["resources",0,812,1,"4be3f1a0"],...]}
 *                     04c1e7d2 {"at":...,"keys":["..."],"rejects":[[0,3,"Cannot store a span: ...",null]],"blocks":[...]}
 *   7.spans.native    Native blocks back to back, the format the engine loads
 *   7.loaded          the journal once every table is in the store: the receipt for its batch keys
 *
 * One line for each group commit: arrival, batch keys, and for each table offset, length, rows and CRC-32 of the
 * bytes. Where a part of a batch was rejected, also which key (by its place), how many records, why the
 * first, and what was written where the protocol tells that. A line begins with the CRC-32 of its text and is whole only with its newline. What no valid line speaks of was
 * never acknowledged.
 */
export type JournalHeader = {
  format: 1
  /** One for each start of the server: with the segment's number it makes tokens that are never used again. */
  server: string
  /** The insert block size to load with, now and again after a crash. */
  blockRows: number
}
export type JournalBlock = { table: TableName; offset: number; length: number; rows: number; checksum: number }
/** Records of a batch that were left out, and why the first; `written` where the sender is told how much was. */
export type Rejects = { rejected: number; reason: string; written?: Decoded['written'] }
/** A sender's batch as it is known when it comes again, which is answered as it was the first time. */
export type Batch = { key: string; rejects?: Rejects | undefined }
export type JournalGroup = { atUnixMs: number; batches: Batch[]; blocks: JournalBlock[] }
export type Journal = {
  header: JournalHeader | undefined
  groups: { group: JournalGroup; endOffset: number }[]
  /** Bytes up to the end of the last valid line. */
  validBytes: number
}

const hex = (value: number): string => value.toString(16).padStart(8, '0')
const line = (json: unknown): string => {
  const text = JSON.stringify(json)
  return `${hex(crc32(text))} ${text}\n`
}

export const encodeHeader = (header: JournalHeader): Uint8Array => Buffer.from(line(header))

export function encodeGroup({ atUnixMs, batches, blocks }: JournalGroup): Uint8Array {
  const rows = blocks.map(({ table, offset, length, rows, checksum }) => [table, offset, length, rows, hex(checksum)])
  const rejects = batches.flatMap(({ rejects }, place) =>
    rejects === undefined ? [] : [[place, rejects.rejected, rejects.reason, rejects.written ?? null]],
  )
  const keys = batches.map(({ key }) => key)
  return Buffer.from(line({ at: atUnixMs, keys, ...(rejects.length > 0 ? { rejects } : {}), blocks: rows }))
}

/** Reads up to the first line that is torn or damaged. */
export function decodeJournal(bytes: Uint8Array): Journal {
  const journal: Journal = { header: undefined, groups: [], validBytes: 0 }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (;;) {
    const end = buffer.indexOf(10, journal.validBytes)
    if (end < 0) return journal
    const parsed = decodeLine(buffer.toString('utf8', journal.validBytes, end))
    if (parsed === undefined) return journal
    if (journal.header === undefined) {
      const header = readHeader(parsed)
      if (header === undefined) return journal
      journal.header = header
    } else {
      const group = readGroup(parsed)
      if (group === undefined) return journal
      journal.groups.push({ group, endOffset: end + 1 })
    }
    journal.validBytes = end + 1
  }
}

type Json = Readonly<Record<string, unknown>>

function decodeLine(text: string): Json | undefined {
  const json = text.slice(9)
  if (text[8] !== ' ' || hex(crc32(json)) !== text.slice(0, 8)) return undefined
  const value: unknown = JSON.parse(json)
  return isJson(value) ? value : undefined
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null

function readHeader({ format, server, blockRows }: Json): JournalHeader | undefined {
  if (format !== 1 || typeof server !== 'string' || typeof blockRows !== 'number') return undefined
  return { format, server, blockRows }
}

function readGroup({ at, keys, rejects, blocks }: Json): JournalGroup | undefined {
  if (typeof at !== 'number' || !Array.isArray(keys) || !Array.isArray(blocks)) return undefined
  const read = blocks.map(readBlock)
  const batches: Batch[] = keys.map((key) => ({ key: String(key) }))
  for (const [place, rejected, reason, written] of Array.isArray(rejects) ? rejects.filter(Array.isArray) : []) {
    const batch = batches[Number(place)]
    if (batch === undefined) continue
    batch.rejects = { rejected: Number(rejected), reason: String(reason), ...(written === null ? {} : { written }) }
  }
  return { atUnixMs: at, batches, blocks: read.filter((block) => block !== undefined) }
}

function readBlock(value: unknown): JournalBlock | undefined {
  if (!Array.isArray(value)) return undefined
  const [table, offset, length, rows, checksum] = value
  if (!isTable(table)) return undefined
  return {
    table,
    offset: Number(offset),
    length: Number(length),
    rows: Number(rows),
    checksum: Number.parseInt(checksum, 16),
  }
}

const isTable = (name: unknown): name is TableName => typeof name === 'string' && name in tables
