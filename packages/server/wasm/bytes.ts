/** Short runs of bytes. Sixteen are read at a time, also behind the end of a run: all of it is our own memory. */

/** Copies `length` bytes and up to fifteen more, for which there must be room. */
export function copy(from: usize, to: usize, length: u32): void {
  if (length > 256) {
    memory.copy(to, from, length)
    return
  }
  for (let i: u32 = 0; i < length; i += 16) v128.store(to + i, v128.load(from + i))
}

/** Copies what stands `back` bytes before, of which some may be what is being copied; up to fifteen bytes more, as above. */
export function repeat(to: usize, back: u32, length: u32): void {
  if (back < 16) {
    for (let i: u32 = 0; i < length; i += 1) store<u8>(to + i, load<u8>(to + i - back))
    return
  }
  for (let i: u32 = 0; i < length; i += 16) v128.store(to + i, v128.load(to + i - back))
}

export function isSame(a: usize, b: usize, length: u32): bool {
  if (length <= 16) {
    const wanted = (1 << length) - 1
    return (i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b))) & wanted) === wanted
  }
  // The last sixteen once more, whatever of them was seen before.
  const last = length - 16
  for (let i: u32 = 0; i < last; i += 16) if (isOther(a + i, b + i)) return false
  return !isOther(a + last, b + last)
}

function isOther(a: usize, b: usize): bool {
  return v128.any_true(v128.xor(v128.load(a), v128.load(b)))
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
