import type { AttributeEncoding } from '../encode/attributes.ts'
import { writeAttributes } from '../encode/attributes.ts'
import { readable } from '../encode/readable.ts'
import type { RecordWriter } from '../encode/record-writer.ts'
import type { Attributes } from '../public.ts'
import { writeJsonMembers } from './json-line.ts'

/**
 * Attributes bound to a logger or a context, encoded once for every line that will carry them: as JSON members and as
 * OTLP bytes. Immutable; a key bound again replaces the earlier value, so no line has a key twice.
 */
export class BoundAttributes {
  readonly attributes: Attributes
  private jsonBytes: Uint8Array | undefined
  private wireBytes: Uint8Array | undefined
  private counted: number | undefined
  private isShown: boolean
  private isWritten: boolean
  private readonly how: AttributeEncoding
  /** The last combination with another set: loggers and requests meet again and again. */
  private lastOther: BoundAttributes | undefined
  private lastJoined: BoundAttributes | undefined

  /** `isPlain`: an object made for this, of values that are none. */
  constructor(attributes: Attributes, how: AttributeEncoding, isPlain = false) {
    this.attributes = isPlain ? attributes : readable(attributes)
    this.how = how
    // Here and not beside their names: initialisers are a call of their own for each request.
    this.jsonBytes = undefined
    this.wireBytes = undefined
    this.counted = undefined
    this.isShown = false
    this.isWritten = false
    this.lastOther = undefined
    this.lastJoined = undefined
  }

  get count(): number {
    this.counted ??= Object.keys(this.attributes).length
    return this.counted
  }

  /** As members of a line of JSON. The first line writes them straight away; only those that come more often are worth bytes of their own. */
  writeJson(writer: RecordWriter): void {
    if (this.jsonBytes !== undefined) {
      writer.copy(this.jsonBytes)
      return
    }
    const mark = writer.at
    writeJsonMembers(writer, this.attributes, this.how)
    if (this.isShown) this.jsonBytes = writer.since(mark)
    this.isShown = true
  }

  /** The same for OTLP. */
  write(writer: RecordWriter): void {
    if (this.wireBytes !== undefined) {
      writer.copy(this.wireBytes)
      return
    }
    const mark = writer.at
    writeAttributes(writer, logAttributeEntry, this.attributes, this.how, boundMax)
    if (this.isWritten) this.wireBytes = writer.since(mark)
    this.isWritten = true
  }

  /** All but these keys. */
  without(keys: readonly string[]): BoundAttributes {
    const left = { ...this.attributes }
    for (const key of keys) delete left[key]
    return new BoundAttributes(left, this.how)
  }

  /** These and those; where both have a key, those win. */
  and(those: Attributes): BoundAttributes {
    return new BoundAttributes({ ...this.attributes, ...readable(those) }, this.how)
  }

  /** The same for two bound sets, remembered. */
  join(those: BoundAttributes): BoundAttributes {
    if (this.lastOther === those && this.lastJoined !== undefined) return this.lastJoined
    this.lastOther = those
    this.lastJoined = this.and(those.attributes)
    return this.lastJoined
  }

  /** Whether one of the keys is bound: then a line must be put together anew. */
  clashes(attributes: object): boolean {
    for (const key in attributes) if (key in this.attributes) return true
    return false
  }
}

/** LogRecord.attributes */
export const logAttributeEntry = 0x32
const boundMax = 128
