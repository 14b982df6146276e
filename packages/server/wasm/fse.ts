/**
 * Tables of finite state entropy, as zstd has them (RFC 8878, 4.1). A state of a table stands in four bytes:
 *
 *   symbol   how many bits are read for the next state   two bytes: what they are added to
 */

/** How often each symbol comes, of all states; -1 stands for less than once. */
const shares = memory.data(64 * 2)
/** Of each symbol, which of its states is next. */
const nexts = memory.data(64 * 2)
const symbolsMost: u32 = 64

/** How many bits name a state of what was read last. */
export let stateBits: u32 = 0

/** Reads what describes a table and makes it; answers where it ends, or 0 where it makes no sense. */
export function readTable(from: usize, end: usize, table: usize, bitsMax: u32, symbolMax: u32): usize {
  if (from >= end) return 0
  stateBits = (load<u8>(from) & 15) + 5
  if (stateBits > bitsMax) return 0
  // Bits are read from the lowest on, and never more than are there: their number is looked at in the end.
  let bit: u32 = 4
  const bits = (<u32>(end - from)) << 3
  let left: u32 = 1 << stateBits
  let symbol: u32 = 0
  while (left > 0 && symbol <= symbolMax && bit < bits) {
    const width = 32 - clz<u32>(left + 1)
    const word = load<u32>(from + (bit >> 3)) >> (bit & 7)
    const low: u32 = (1 << (width - 1)) - 1
    // Of the numbers that are possible so many have a bit less.
    const shorter: u32 = (1 << width) - 2 - left
    let value: u32 = word & ((1 << width) - 1)
    if ((value & low) < shorter) {
      value &= low
      bit += width - 1
    } else {
      if (value > low) value -= shorter
      bit += width
    }
    const share = <i32>value - 1
    left -= share < 0 ? 1 : <u32>share
    store<i16>(shares + ((<usize>symbol) << 1), <i16>share)
    symbol += 1
    if (share !== 0) continue
    for (let more: u32 = 3; more === 3 && bit < bits; bit += 2) {
      more = (load<u32>(from + (bit >> 3)) >> (bit & 7)) & 3
      if (symbol + more > symbolMax + 1) return 0
      for (let i: u32 = 0; i < more; i += 1) store<i16>(shares + ((<usize>(symbol + i)) << 1), 0)
      symbol += more
    }
  }
  if (left !== 0 || bit > bits) return 0
  makeTable(table, symbol)
  return from + ((bit + 7) >> 3)
}

/** One of the tables that are known to both sides. */
export function makeKnown(table: usize, known: StaticArray<i8>, bits: u32): void {
  for (let i = 0; i < known.length; i += 1) store<i16>(shares + ((<usize>i) << 1), <i16>unchecked(known[i]))
  stateBits = bits
  makeTable(table, <u32>known.length)
}

/** A table of one state, that is always the same symbol. */
export function makeSingle(table: usize, symbol: u32): void {
  store<u32>(table, symbol)
  stateBits = 0
}

function makeTable(table: usize, symbols: u32): void {
  const size: u32 = 1 << stateBits
  let high = size
  for (let symbol: u32 = 0; symbol < symbols && symbol < symbolsMost; symbol += 1) {
    const share = load<i16>(shares + ((<usize>symbol) << 1))
    store<u16>(nexts + ((<usize>symbol) << 1), <u16>(share < 0 ? 1 : share))
    if (share < 0) store<u8>(table + ((<usize>--high) << 2), symbol)
  }
  const step = (size >> 1) + (size >> 3) + 3
  let at: u32 = 0
  for (let symbol: u32 = 0; symbol < symbols; symbol += 1) {
    const share = load<i16>(shares + ((<usize>symbol) << 1))
    for (let i: i32 = 0; i < share; i += 1) {
      store<u8>(table + ((<usize>at) << 2), symbol)
      do at = (at + step) & (size - 1)
      while (at >= high)
    }
  }
  for (let state: u32 = 0; state < size; state += 1) {
    const place = table + ((<usize>state) << 2)
    const next = nexts + ((<usize>load<u8>(place)) << 1)
    const number: u32 = load<u16>(next)
    store<u16>(next, <u16>(number + 1))
    const bits = stateBits + clz<u32>(number) - 31
    store<u8>(place, bits, 1)
    store<u16>(place, <u16>((number << bits) - size), 2)
  }
}
