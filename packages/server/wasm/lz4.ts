import { copy, repeat } from './bytes'

/**
 * Expands a block of LZ4: runs of a byte of two lengths, bytes as they are, and how far back what comes next stood before. Answers how
 * many bytes that makes, or one of `damaged` and `tooLong`. Up to fifteen bytes behind `outEnd` may be written.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
export function lz4Block(from: usize, end: usize, to: usize, outEnd: usize, begin: usize): i32 {
  let at = from
  let out = to
  while (at < end) {
    const mark: u32 = load<u8>(at++)
    let length: u32 = mark >> 4
    if (length === 15) {
      length = longer(at, end, length)
      at = behindLength
    }
    if (length > <u32>(end - at)) return damaged
    if (length > <u32>(outEnd - out)) return tooLong
    copy(at, out, length)
    at += length
    out += length
    // The last run has no copy.
    if (at === end) return <i32>(out - to)
    if (end - at < 2) return damaged
    const back: u32 = load<u16>(at)
    at += 2
    length = mark & 15
    if (length === 15) {
      length = longer(at, end, length)
      at = behindLength
    }
    length += 4
    if (back === 0 || back > <u32>(out - begin)) return damaged
    if (length > <u32>(outEnd - out)) return tooLong
    repeat(out, back, length)
    out += length
  }
  return damaged
}

/** Makes no sense. */
export const damaged: i32 = -1
/** Makes more than there is room for. */
export const tooLong: i32 = -2

let behindLength: usize = 0

/** A length that goes on until a byte is less than 255. One that reaches the end is seen by who finds nothing behind it. */
function longer(from: usize, end: usize, least: u32): u32 {
  let length = least
  let at = from
  while (at < end) {
    const byte: u32 = load<u8>(at++)
    length += byte
    if (byte < 255 || length > 0x4000_0000) break
  }
  behindLength = at
  return length
}
