import { copy, repeat } from './bytes'

/**
 * Expands a raw block of snappy from behind the length it begins with, to exactly `size` bytes. Answers false where it is none that
 * makes so many. Up to fifteen bytes behind them may be written, for which there must be room.
 */
export function expand(from: usize, end: usize, to: usize, size: u32): bool {
  const outEnd = to + size
  let at = from
  let out = to
  while (at < end) {
    const mark: u32 = load<u8>(at++)
    const kind = mark & 3
    if (kind === 0) {
      let less = mark >> 2
      if (less >= 60) {
        const width = less - 59
        if (<u32>(end - at) < width) return false
        less = load<u32>(at) & (0xffff_ffff >> ((4 - width) << 3))
        at += width
      }
      if (less >= <u32>(end - at) || less >= <u32>(outEnd - out)) return false
      copy(at, out, less + 1)
      at += less + 1
      out += less + 1
      continue
    }
    let length: u32 = (mark >> 2) + 1
    let back: u32
    if (kind === 1) {
      length = ((mark >> 2) & 7) + 4
      back = ((mark >> 5) << 8) | load<u8>(at)
      at += 1
    } else if (kind === 2) {
      back = load<u16>(at)
      at += 2
    } else {
      back = load<u32>(at)
      at += 4
    }
    if (at > end || back === 0 || back > <u32>(out - to) || length > <u32>(outEnd - out)) return false
    repeat(out, back, length)
    out += length
  }
  return out === outEnd
}
