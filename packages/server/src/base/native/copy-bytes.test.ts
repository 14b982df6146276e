import { expect, test } from 'vitest'
import { sameBytes } from './copy-bytes.ts'

const lengths = Array.from({ length: 70 }, (_, length) => length)
const at = 3

test.each([
  ['text', (i: number) => 97 + (i % 26)],
  ['zeros', () => 0],
  ['what is no number as a double', () => 0xff],
] as const)('runs of %s are the same until one bit differs', (_name, byteAt) => {
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
