/** Protobuf between two addresses. What makes no sense leaves the cursor at `nowhere`. */

export const nowhere: usize = 0

/** An address that no record reaches to: who steps there has found something unusual. */
export const beyond: usize = 0xffff_ffff

/** Where reading goes on behind what was read last. */
export let cursor: usize = nowhere

export function standAt(at: usize): void {
  cursor = at
}

/** A varint of at most 64 bits. */
export function varint(at: usize, end: usize): u64 {
  let value: u64 = 0
  let shift: u64 = 0
  while (at < end && shift < 70) {
    const byte = load<u8>(at++)
    value |= (<u64>(byte & 0x7f)) << shift
    if (byte < 0x80) {
      cursor = at
      return value
    }
    shift += 7
  }
  cursor = nowhere
  return 0
}

/** A key or a length, which nearly always has one byte. */
export function small(at: usize, end: usize): u32 {
  if (at < end) {
    const byte = load<u8>(at)
    if (byte < 0x80) {
      cursor = at + 1
      return byte
    }
  }
  const value = varint(at, end)
  if (value > 0x7fff_ffff) cursor = nowhere
  return <u32>value
}

/** The length of bytes that end before `end`; the cursor stands at the first of them. */
export function length(at: usize, end: usize): u32 {
  const size = small(at, end)
  if (cursor !== nowhere && size > <u32>(end - cursor)) cursor = nowhere
  return size
}

/** Behind a text whose length stands at `at`: `beyond` where it is longer than what it is in. */
export function behindText(at: usize, end: usize): usize {
  const size = length(at, end)
  return cursor === nowhere ? beyond : cursor + size
}

/** Behind bytes whose length stands at `at` and is a byte. */
export function behind(at: usize): usize {
  return at + 1 + load<u8>(at)
}
