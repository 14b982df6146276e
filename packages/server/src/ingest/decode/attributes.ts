import type { MapColumn } from '../../base/native/nested-columns.ts'
import { keyMark } from '../arrival/arrival.ts'
import { appendArrivedValue, appendMarked } from './arrived.ts'
import type { Decoding } from './decoding.ts'
import type { TypeLetters } from './type-letters.ts'
import { letter, readKeyValue, type ValueRegister } from './value.ts'

/**
 * Reads an attribute, and those that follow it under the same key, which has one byte: nearly always all of the record.
 * `end` is that of the record.
 */
export function readAttributes(
  decoding: Decoding,
  map: MapColumn,
  letters: TypeLetters,
  key: number,
  end: number,
): void {
  const { reader } = decoding
  const { bytes } = reader
  readAttribute(decoding, map, letters)
  while (reader.at < end && bytes[reader.at] === key) {
    reader.at += 1
    readAttribute(decoding, map, letters)
  }
}

/** Reads one attribute into the open row of a map, and does what is done on arrival. Beyond the limit it is skipped and counted. */
export function readAttribute(decoding: Decoding, map: MapColumn, letters: TypeLetters): void {
  if (!readKept(decoding, letters)) return
  const { arrival, value, view } = decoding
  map.keys.append(view, value.keyAt, decoding.kept(value.keyAt, value.keyLength))
  if (arrival !== undefined && map.keys.lastMark !== keyMark.plain) appendMarked(decoding, arrival, map, letters)
  else {
    appendArrivedValue(decoding, map.values, value)
    letters.add(value.letter)
  }
}

/** The same as it was sent: the labels of a series are what it is known by. */
export function readSentAttribute(decoding: Decoding, map: MapColumn, letters: TypeLetters): void {
  if (!readKept(decoding, letters)) return
  const { value } = decoding
  decoding.appendText(map.keys, value.keyAt, value.keyLength)
  decoding.appendValue(map.values, value)
  letters.add(value.letter)
}

function readKept(decoding: Decoding, letters: TypeLetters): boolean {
  const { reader, value } = decoding
  if (letters.count >= decoding.limits.attributesMax) {
    reader.at = reader.lengthEnd()
    letters.dropped += 1
    decoding.attributesDropped += 1
    return false
  }
  readKeyValue(reader, value)
  return reader.fault === undefined
}

/** Adds an attribute that was just read to the hash of what it belongs to: its key, its type and its whole value. */
export function hashAttribute(decoding: Decoding, value: ValueRegister): void {
  const { hash, text } = decoding.blocks
  const { view } = decoding
  hash.entry(view, value.keyAt, value.keyLength)
  hash.word(value.letter)
  switch (value.letter) {
    case letter.s:
    case letter.x:
      hash.bytes(view, value.at, value.length)
      break
    case letter.a:
    case letter.k:
      // Its text, because the same list can be encoded in several ways.
      decoding.valueText.render(value)
      hash.bytes(text.view, 0, text.size)
      break
    case letter.n:
      break
    default:
      hash.word(value.low)
      hash.word(value.high)
  }
  hash.endEntry()
}
