import type { MapColumn } from '../../base/native/nested-columns.ts'
import type { StringColumn } from '../../base/native/string-column.ts'
import { type Arrival, keyMark } from '../arrival/arrival.ts'
import { maySecret, redactedText, secretSizeMinBytes } from '../arrival/secrets.ts'
import type { Decoding } from './decoding.ts'
import type { TypeLetters } from './type-letters.ts'
import { letter, type ValueRegister } from './value.ts'

const utf8 = new TextEncoder()
const redactedView = new DataView(utf8.encode(redactedText).buffer)
/** From a letter of what was sent to that of what was added beside it. */
export const besideLetter = (sent: number): number => sent - 0x20

/**
 * Appends the value of the attribute that was just read, without its secret, and once more under its stable name, where
 * its key is new in its block, is that of a secret, or has a stable name.
 */
export function appendMarked(decoding: Decoding, arrival: Arrival, map: MapColumn, letters: TypeLetters): void {
  const { value } = decoding
  let mark = map.keys.lastMark
  if (mark === keyMark.unknown) {
    mark = arrival.markOf(textOf(decoding, value.keyAt, value.keyLength))
    map.keys.lastMark = mark
  }
  if (mark === keyMark.secret && value.letter !== letter.n && value.letter !== letter.b) {
    arrival.redacted += 1
    map.values.append(redactedView, 0, redactedView.byteLength)
    letters.add(letter.s)
    return
  }
  appendArrivedValue(decoding, map.values, value)
  letters.add(value.letter)
  if (mark < keyMark.firstStable || letters.count >= decoding.limits.attributesMax) return
  const name = arrival.stableName(mark)
  map.keys.append(name, 0, name.byteLength)
  map.keys.lastMark = keyMark.plain
  appendArrivedValue(decoding, map.values, value)
  letters.add(besideLetter(value.letter))
}

/** Appends a value without the secrets in its text. */
export function appendArrivedValue(decoding: Decoding, column: StringColumn, value: ValueRegister): void {
  const { arrival, view } = decoding
  const { at, length } = value
  if (value.letter === letter.s) {
    const kept = decoding.kept(at, length)
    if (length < secretSizeMinBytes || !appendRedactedText(decoding, column, value, kept)) column.append(view, at, kept)
    return
  }
  if (arrival === undefined || !arrival.options.redact || length < secretSizeMinBytes) {
    decoding.appendValue(column, value)
    return
  }
  const isNested = value.letter === letter.a || value.letter === letter.k
  if (!isNested) {
    decoding.appendValue(column, value)
    return
  }
  decoding.valueText.render(value)
  const { text } = decoding.blocks
  const rendered = Buffer.from(text.bytes.buffer, text.bytes.byteOffset, text.size).toString()
  if (!appendRedacted(column, arrival, rendered, withoutKeys(rendered, arrival))) column.append(text.view, 0, text.size)
}

/** Answers false, and has appended nothing, where the first bytes of a string hold no secret. */
function appendRedactedText(decoding: Decoding, column: StringColumn, { at }: ValueRegister, length: number): boolean {
  const { arrival, view } = decoding
  if (arrival === undefined || !arrival.options.redact) return false
  if (!arrival.hasOwnKeys && !maySecret(view, at, at + length)) return false
  return appendRedacted(column, arrival, textOf(decoding, at, length))
}

/** Answers false, and has appended nothing, where there is no secret. */
function appendRedacted(column: StringColumn, arrival: Arrival, text: string, withoutKeys = text): boolean {
  const redacted = arrival.redact(withoutKeys)
  if (redacted === text) return false
  arrival.redacted += 1
  appendText(column, redacted)
  return true
}

export function appendText(column: { append(from: DataView, at: number, length: number): void }, text: string): void {
  const bytes = utf8.encode(text)
  column.append(new DataView(bytes.buffer), 0, bytes.length)
}

const entry = /("key":"((?:[^"\\]|\\.)*)","value":\{"\w+":)(?:"(?:[^"\\]|\\.)*"|[^{}"[\]]+)\}/g

/** Lists and maps as OTLP/JSON, without the values of keys of secrets. */
function withoutKeys(text: string, arrival: Arrival): string {
  return text.replace(entry, (whole, before: string, key: string) =>
    arrival.isSecret(key) ? `${before}"${redactedText}"}` : whole,
  )
}

export function textOf({ reader }: Decoding, at: number, length: number): string {
  const { bytes } = reader
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString()
}
