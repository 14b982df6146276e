import { expect, test } from 'vitest'
import { copyBytes, sameBytes } from './copy-bytes.ts'

const lengths = Array.from({ length: 70 }, (_, length) => length)
const at = 3

const kinds = [
  ['text', (i: number) => 97 + (i % 26)],
  ['zeros', () => 0],
  ['what is no number as a double', () => 0xff],
  ['what is one of many that are no number', (i: number) => [1, 0, 0, 0, 0, 0, 0xf0, 0x7f][(i + 5) % 8] ?? 0],
] as const

test.each(kinds)('runs of %s are the same until one bit differs', (_name, byteAt) => {
  for (const length of lengths) {
    const one = Uint8Array.from({ length: at + length }, (_, i) => byteAt(i))
    const other = Uint8Array.from({ length: length + 1 }, (_, i) => byteAt(i + at))
    const same = (): boolean => sameBytes(new DataView(one.buffer), at, new DataView(other.buffer), 0, length)
    expect(same()).toBe(true)
    // The one behind the end is none of theirs.
    for (let i = 0; i <= length; i += 1) {
      other[i] = (other[i] ?? 0) ^ 0x80
      expect(same()).toBe(i === length)
      other[i] = (other[i] ?? 0) ^ 0x80
    }
  }
})

test.each(kinds)('runs of %s are copied bit by bit, and nothing beside them', (_name, byteAt) => {
  for (const length of [...lengths, 255, 256, 257]) {
    const from = Uint8Array.from({ length: at + length + 9 }, (_, i) => byteAt(i))
    const to = new Uint8Array(length + 9).fill(7)
    copyBytes(new DataView(from.buffer), at, length, new DataView(to.buffer), 5)
    expect([...to]).toEqual([...new Array(5).fill(7), ...from.subarray(at, at + length), ...new Array(4).fill(7)])
  }
})
