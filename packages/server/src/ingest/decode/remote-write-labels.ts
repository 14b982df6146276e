import { type WireReader, wireType } from '@wakeline/protocol'
import { sameBytes } from '../../base/native/copy-bytes.ts'
import type { Decoding } from './decoding.ts'
import { isUtf8At } from './utf8.ts'

/**
 * The labels of one series or exemplar, as places in the body: written out in 1.0, numbers of symbols in 2.0.
 * `__name__` stands apart; a label without a value is no label, as everywhere in Prometheus.
 */
export class LabelRegister {
  count = 0
  nameAt = 0
  nameLength = 0
  jobAt = 0
  jobLength = 0
  readonly keyAt: number[] = []
  readonly keyLength: number[] = []
  readonly valueAt: number[] = []
  readonly valueLength: number[] = []
  /** Numbers of symbols that were read and not looked up yet: a name, its value, a name, its value. */
  readonly refs: number[] = []

  clear(): void {
    this.count = this.nameLength = this.jobLength = this.refs.length = 0
  }
}

/** Where each text of a 2.0 request's symbol table stands in the body; -1 for what is no text. */
export class Symbols {
  readonly at: number[] = []
  readonly length: number[] = []

  /** The cursor stands at the length of one. */
  add(reader: WireReader): void {
    const at = reader.range()
    this.at.push(isUtf8At(reader.bytes, at, reader.length) ? at : -1)
    this.length.push(reader.length)
  }
}

const { bytes, varint } = wireType
const bytesOf = (text: string): DataView => new DataView(new TextEncoder().encode(text).buffer)
const nameKey = bytesOf('__name__')
const jobKey = bytesOf('job')

/** Reads a Label of 1.0; the cursor stands at its length. */
export function readLabel(decoding: Decoding, into: LabelRegister): void {
  const { reader } = decoding
  const end = reader.lengthEnd()
  const at = into.count
  into.keyAt[at] = into.keyLength[at] = into.valueAt[at] = into.valueLength[at] = 0
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((1 << 3) | bytes)) {
      into.keyAt[at] = readText(reader)
      into.keyLength[at] = reader.length
    } else if (key === ((2 << 3) | bytes)) {
      into.valueAt[at] = readText(reader)
      into.valueLength[at] = reader.length
    } else if (key >>> 3 <= 2) reader.refuseWireType(key)
    else reader.skip(key)
  }
  reader.close(end)
  if (reader.fault === undefined) keepLabel(decoding, into)
}

function readText(reader: WireReader): number {
  const at = reader.range()
  if (!isUtf8At(reader.bytes, at, reader.length)) reader.fail('one of its labels is not UTF-8', at)
  return at
}

/** Reads numbers of symbols, packed or one by one. */
export function readRefs({ reader }: Decoding, key: number, into: LabelRegister): void {
  if ((key & 7) === varint) {
    into.refs.push(reader.varint32())
    return
  }
  const end = reader.lengthEnd()
  while (reader.at < end) into.refs.push(reader.varint32())
  reader.close(end)
}

/** To be called when all numbers of a series or exemplar were read. */
export function resolveRefs(decoding: Decoding, symbols: Symbols, into: LabelRegister): void {
  const { reader } = decoding
  const { refs } = into
  if (refs.length % 2 !== 0) reader.fail('its last label name has no value', reader.at)
  for (let i = 0; i < refs.length && reader.fault === undefined; i += 2) {
    const at = into.count
    into.keyAt[at] = symbolAt(decoding, symbols, refs[i] ?? 0)
    into.keyLength[at] = symbols.length[refs[i] ?? 0] ?? 0
    into.valueAt[at] = symbolAt(decoding, symbols, refs[i + 1] ?? 0)
    into.valueLength[at] = symbols.length[refs[i + 1] ?? 0] ?? 0
    if (reader.fault === undefined) keepLabel(decoding, into)
  }
}

export function symbolAt({ reader }: Decoding, symbols: Symbols, ref: number): number {
  const at = symbols.at[ref]
  if (at !== undefined && at >= 0) return at
  const reason = at === undefined ? `and there are ${symbols.at.length}` : 'which is not UTF-8'
  reader.fail(`it asks for symbol ${ref} ${reason}`, reader.at)
  return 0
}

/** Takes the label that stands behind the last one, or leaves it out. */
function keepLabel({ reader, view, limits }: Decoding, into: LabelRegister): void {
  const last = into.count
  const keyAt = into.keyAt[last] ?? 0
  const keyLength = into.keyLength[last] ?? 0
  if (keyLength === 0) {
    reader.fail('one of its labels has no name', reader.at)
    return
  }
  const isName = isText(view, keyAt, keyLength, nameKey)
  if (isName ? into.nameLength > 0 : isThere(view, into)) {
    reader.fail('it has one label twice', keyAt)
    return
  }
  if (into.valueLength[last] === 0) return
  if (isName) {
    into.nameAt = into.valueAt[last] ?? 0
    into.nameLength = into.valueLength[last] ?? 0
    return
  }
  if (isText(view, keyAt, keyLength, jobKey)) {
    into.jobAt = into.valueAt[last] ?? 0
    into.jobLength = into.valueLength[last] ?? 0
  }
  into.count += 1
  // Without its last labels a series would be another one.
  if (into.count > limits.attributesMax) reader.fail(`it has more than ${limits.attributesMax} labels`, keyAt)
}

/** Whether a label of this name was taken before. Most senders sort them, but not all do. */
function isThere(view: DataView, { count, keyAt, keyLength }: LabelRegister): boolean {
  const at = keyAt[count] ?? 0
  const length = keyLength[count] ?? 0
  for (let i = 0; i < count; i += 1) {
    if (keyLength[i] === length && sameBytes(view, at, view, keyAt[i] ?? 0, length)) return true
  }
  return false
}

export function isText(view: DataView, at: number, length: number, text: DataView): boolean {
  return length === text.byteLength && sameBytes(view, at, text, 0, length)
}
