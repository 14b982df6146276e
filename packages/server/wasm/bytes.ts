/** Short runs of bytes. Sixteen are read at a time, also behind the end of a run: all of it is our own memory. */

/** Copies `length` bytes and up to fifteen more, for which there must be room. */
export function copy(from: usize, to: usize, length: u32): void {
  if (length > 256) {
    memory.copy(to, from, length)
    return
  }
  for (let i: u32 = 0; i < length; i += 16) v128.store(to + i, v128.load(from + i))
}

export function isSame(a: usize, b: usize, length: u32): bool {
  let i: u32 = 0
  for (; i + 16 <= length; i += 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(a + i), v128.load(b + i))) !== 0xffff) return false
  }
  const rest = length - i
  if (rest === 0) return true
  const wanted = (1 << rest) - 1
  return (i8x16.bitmask(i8x16.eq(v128.load(a + i), v128.load(b + i))) & wanted) === wanted
}

/** The same as `hashBytes` in `base/native/copy-bytes.ts`, which has put the keys where they are looked for. */
export function hash(at: usize, length: u32): u32 {
  let sum = length
  const words = at + (length & ~3)
  let i = at
  for (; i < words; i += 4) {
    sum ^= rotl<u32>(load<u32>(i) * 0xcc9e2d51, 15) * 0x1b873593
    sum = rotl<u32>(sum, 13) * 5 + 0xe6546b64
  }
  for (; i < at + length; i += 1) sum = (sum ^ load<u8>(i)) * 0x85ebca6b
  sum = (sum ^ (sum >> 16)) * 0x85ebca6b
  return sum ^ (sum >> 13)
}
