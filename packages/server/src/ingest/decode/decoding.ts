import { WireReader } from '@wakeline/protocol'
import type { LowCardinalityColumn } from '../../base/native/low-cardinality-column.ts'
import type { StringColumn } from '../../base/native/string-column.ts'
import type { Arrival } from '../arrival/arrival.ts'
import { shedNames } from '../shedding.ts'
import type { Decoded, DecodeLimits, DecodeTarget } from './decode.ts'
import type { FastRows } from './fast/fast-rows.ts'
import type { OpenBlocks } from './open-blocks.ts'
import type { Origin } from './origin-cache.ts'
import type { TypeLetters } from './type-letters.ts'
import { letter, ValueRegister } from './value.ts'
import { ValueText } from './value-text.ts'

const nowhere: Origin = { low: 0, high: 0, service: new DataView(new ArrayBuffer(0)) }

/** What the decoding of one request carries along: the cursor, the blocks, and registers for the record it is in. */
export class Decoding {
  readonly reader: WireReader
  readonly view: DataView
  readonly blocks: OpenBlocks
  readonly limits: DecodeLimits
  readonly arrival: Arrival | undefined
  readonly shedLevel: number
  /** Reads what is usual of spans and log records, where it may. */
  fast: FastRows | undefined
  readonly valueText: ValueText
  readonly value = new ValueRegister()
  /** Attribute types of the record, and of the event, link or exemplar inside of it. */
  readonly letters: TypeLetters
  readonly innerLetters: TypeLetters
  /** Arrival, in nanoseconds and in days. */
  readonly nowLow: number
  readonly nowHigh: number
  readonly today: number
  /** Of the records being read; set before the first of them. */
  resource: Origin = nowhere
  scope: Origin = nowhere
  accepted = 0
  rejected = 0
  reason = ''
  /** Attributes beyond the limit of a record, and values cut at the limit of their length. */
  attributesDropped = 0
  valuesCut = 0
  /** Records that made sense and found no room. */
  shed = 0

  constructor(body: Uint8Array, { blocks, nowUnixMs, limits, arrival, shedLevel = 0 }: DecodeTarget) {
    this.reader = new WireReader(body)
    this.view = this.reader.view
    this.blocks = blocks
    this.limits = limits
    this.arrival = arrival
    this.shedLevel = shedLevel
    this.letters = blocks.letters
    this.innerLetters = blocks.innerLetters
    this.valueText = new ValueText(this.reader, blocks.text, limits)
    const now = BigInt(Math.floor(nowUnixMs)) * 1_000_000n
    this.nowLow = Number(BigInt.asIntN(32, now))
    this.nowHigh = Number(BigInt.asIntN(32, now >> 32n))
    this.today = Math.floor(nowUnixMs / 86_400_000)
  }

  /** Counts the record whose decoding ended in a fault, and goes on behind it. */
  reject(what: string, end: number, records = 1): void {
    const fault = this.reader.fault
    if (this.rejected === 0 && fault !== undefined)
      this.reason = `Cannot store a ${what}: ${fault.reason} (byte ${fault.offset})`
    this.rejected += records
    this.reader.recover(end)
  }

  /** What became of the request, and what of it was more than is kept. */
  outcome(): Decoded {
    const { accepted, rejected, attributesDropped, valuesCut, limits, shed, shedLevel } = this
    const trimmed = [
      ...(attributesDropped > 0 ? [`${attributesDropped} attributes beyond ${limits.attributesMax} of a record`] : []),
      ...(valuesCut > 0 ? [`the ends of ${valuesCut} values longer than ${limits.valueSizeMaxBytes} bytes`] : []),
    ]
    const warning = trimmed.length === 0 ? '' : `Stored without ${trimmed.join(' and ')}`
    if (shed === 0) return { accepted, rejected, reason: this.reason || warning }
    const why = `The disk is nearly full: ${shed} records were not stored, for now ${shedNames[shedLevel]} are not`
    return { accepted, rejected: rejected + shed, shed, reason: this.reason || why }
  }

  /** Appends a string of the body, as much of it as is kept. */
  appendText(column: StringColumn | LowCardinalityColumn, at: number, length: number): void {
    column.append(this.view, at, this.kept(at, length))
  }

  /** The length to keep of a string of the body: one longer than the limit is cut at the end of a character. */
  kept(at: number, length: number): number {
    if (length <= this.limits.valueSizeMaxBytes) return length
    this.valuesCut += 1
    return cutLength(this.reader.bytes, at, this.limits.valueSizeMaxBytes)
  }

  appendValue(column: StringColumn, value: ValueRegister): void {
    if (value.letter === letter.s) this.appendText(column, value.at, value.length)
    else if (value.letter === letter.n) column.appendEmpty()
    else {
      this.valueText.render(value)
      column.append(this.blocks.text.view, 0, this.blocks.text.size)
    }
  }
}

/** The longest length of at most `max` that does not split a character of UTF-8 (which has 4 bytes at most). */
function cutLength(bytes: Uint8Array, at: number, max: number): number {
  let length = max
  while (length > max - 3 && length > 0 && (bytes[at + length]! & 0xc0) === 0x80) length -= 1
  return length
}
