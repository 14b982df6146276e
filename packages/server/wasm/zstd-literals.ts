import { readTable, stateBits } from './fse'

/** The bytes of a block of zstd that are no copies, packed by a Huffman code (RFC 8878, 3.1.1.3.1 and 4.2). */

const literalsMax: u32 = 128 * 1024
const made = memory.data(128 * 1024 + 64)
/** For each eleven bits, or as many as the longest code has: the symbol, and how long its code is. */
const codes = memory.data(2048 * 2)
let codeBits: u32 = 0
const codeBitsMax: u32 = 11

/** A weight of each symbol: codes of the weight 1 are the longest. */
const weights = memory.data(256 + 8)
const weightTable = memory.data(64 * 4)
const ofWeight = memory.data(16 * 4)

/** Where the bytes are that were read last, and how many. */
export let literalsAt: usize = 0
export let literalsSize: u32 = 0

/** The next block's code must be its own. */
export function forgetCode(): void {
  codeBits = 0
}

/** Answers where they end in the block, or 0 where they make no sense. */
export function readLiterals(from: usize, end: usize): usize {
  if (from >= end) return 0
  const kind: u32 = load<u8>(from) & 3
  const form: u32 = (load<u8>(from) >> 2) & 3
  if (kind > 1) return readPacked(from, end, kind === 2, form)
  let at = from + 1
  literalsSize = load<u8>(from) >> 3
  if (form === 1) {
    literalsSize = load<u16>(from) >> 4
    at = from + 2
  } else if (form === 3) {
    literalsSize = (load<u32>(from) & 0xff_ffff) >> 4
    at = from + 3
  }
  const size = kind === 0 ? literalsSize : 1
  if (at > end || size > <u32>(end - at) || literalsSize > literalsMax) return 0
  if (kind === 0) {
    literalsAt = at
    return at + size
  }
  literalsAt = made
  memory.fill(made, load<u8>(at), literalsSize)
  return at + 1
}

function readPacked(from: usize, end: usize, isNewCode: bool, form: u32): usize {
  const width: u64 = form < 2 ? 10 : form === 2 ? 14 : 18
  const sizes = load<u64>(from) >> 4
  literalsSize = <u32>(sizes & ((1 << width) - 1))
  const size = <u32>((sizes >> width) & ((1 << width) - 1))
  const begin = from + (form < 2 ? 3 : form === 2 ? 4 : 5)
  if (begin > end || size > <u32>(end - begin) || literalsSize > literalsMax) return 0
  const behind = begin + size
  const at = isNewCode ? readCode(begin, behind) : begin
  if (at === 0 || codeBits === 0) return 0
  literalsAt = made
  if (form === 0) return readStream(at, behind, made, literalsSize) ? behind : 0
  return readFour(at, behind) ? behind : 0
}

/** Three of the same number of bytes, and what is left; before them how long each is, the last left out. */
function readFour(from: usize, end: usize): bool {
  const each = (literalsSize + 3) >> 2
  if (end - from < 6 || each * 3 > literalsSize) return false
  let at = from + 6
  let out: u32 = 0
  for (let stream: usize = 0; stream < 3; stream += 1) {
    const size: u32 = load<u16>(from + stream * 2)
    if (size > <u32>(end - at) || !readStream(at, at + size, made + out, each)) return false
    at += size
    out += each
  }
  return readStream(at, end, made + out, literalsSize - out)
}

/** Codes from the end on, where a bit marks how many there are. */
function readStream(from: usize, end: usize, to: usize, size: u32): bool {
  let bit = lastBit(from, end)
  if (bit < 0) return false
  const shift: u64 = 64 - codeBits
  let out = to
  const outEnd = to + size
  // Five codes of eleven bits at most are in what eight bytes have of them.
  while (out + 5 <= outEnd && bit > 0) {
    let word = topAligned(from, bit)
    let taken: u64 = 0
    for (let i = 0; i < 5; i += 1) {
      const entry: u32 = load<u16>(codes + ((<usize>(word >> shift)) << 1))
      store<u8>(out++, <u8>entry)
      const bits = <u64>(entry >> 8)
      word <<= bits
      taken += bits
    }
    bit -= <i32>taken
  }
  while (out < outEnd && bit > 0) {
    const entry: u32 = load<u16>(codes + ((<usize>(topAligned(from, bit) >> shift)) << 1))
    store<u8>(out++, <u8>entry)
    bit -= <i32>(entry >> 8)
  }
  return bit === 0 && out === outEnd
}

/** The bits before `bit`, 57 of them at least, from the top on. Before the first there are those of something else. */
function topAligned(from: usize, bit: i32): u64 {
  const behind = (bit + 7) >> 3
  return load<u64>(from + behind - 8) << ((behind << 3) - bit)
}

/** Where the mark stands at the end of bits that are read backwards; less than 0 where there is none. */
export function lastBit(from: usize, end: usize): i32 {
  if (from >= end) return -1
  const last: u32 = load<u8>(end - 1)
  return last === 0 ? -1 : <i32>(((<u32>(end - from)) << 3) - 1 - (clz<u32>(last) - 24))
}

/** Answers where the code's description ends, or 0 where it makes no sense. */
function readCode(from: usize, end: usize): usize {
  codeBits = 0
  if (from >= end) return 0
  const size: u32 = load<u8>(from)
  let at = from + 1
  let symbols: u32
  if (size >= 128) {
    symbols = size - 127
    if ((symbols + 1) >> 1 > <u32>(end - at)) return 0
    for (let i: u32 = 0; i < symbols; i += 2) {
      const pair = load<u8>(at++)
      store<u8>(weights + i, pair >> 4)
      store<u8>(weights + i, pair & 15, 1)
    }
  } else {
    if (size > <u32>(end - at)) return 0
    symbols = readWeights(at, at + size)
    at += size
  }
  return symbols > 0 && makeCodes(symbols) ? at : 0
}

/** By two states in turn. Answers how many there are. */
function readWeights(from: usize, end: usize): u32 {
  const at = readTable(from, end, weightTable, 6, 11)
  if (at === 0) return 0
  let bit = lastBit(at, end) - <i32>stateBits * 2
  if (bit < 0) return 0
  const mask: u32 = (1 << stateBits) - 1
  let one = bitsAt(at, bit + <i32>stateBits) & mask
  let other = bitsAt(at, bit) & mask
  let count: u32 = 0
  while (count < 254) {
    const place = weightTable + ((<usize>one) << 2)
    store<u8>(weights + count++, load<u8>(place))
    const bits: u32 = load<u8>(place, 1)
    bit -= <i32>bits
    // Where no bits are left the other state is the last.
    if (bit < 0) {
      store<u8>(weights + count++, load<u8>(weightTable + ((<usize>other) << 2)))
      return count
    }
    one = other
    other = <u32>load<u16>(place, 2) + (bitsAt(at, bit) & ((1 << bits) - 1))
  }
  return 0
}

function bitsAt(from: usize, bit: i32): u32 {
  return load<u32>(from + (bit >> 3)) >> (bit & 7)
}

/** The last symbol has no weight: what is missing to a power of two. */
function makeCodes(symbols: u32): bool {
  memory.fill(ofWeight, 0, 16 * 4)
  let sum: u32 = 0
  for (let i: u32 = 0; i < symbols; i += 1) {
    const weight: u32 = load<u8>(weights + i)
    if (weight > codeBitsMax) return false
    const place = ofWeight + ((<usize>weight) << 2)
    store<u32>(place, load<u32>(place) + 1)
    if (weight > 0) sum += 1 << (weight - 1)
  }
  const bits: u32 = 32 - clz<u32>(sum)
  const left: u32 = (1 << bits) - sum
  if (sum === 0 || bits > codeBitsMax || (left & (left - 1)) !== 0) return false
  const lastWeight = 32 - clz<u32>(left)
  store<u8>(weights + symbols, lastWeight)
  const lastPlace = ofWeight + ((<usize>lastWeight) << 2)
  store<u32>(lastPlace, load<u32>(lastPlace) + 1)
  // Where the codes of each weight begin, the longest first.
  let begin: u32 = 0
  for (let weight: u32 = 1; weight <= bits; weight += 1) {
    const place = ofWeight + ((<usize>weight) << 2)
    const count = load<u32>(place)
    store<u32>(place, begin)
    begin += count << (weight - 1)
  }
  for (let symbol: u32 = 0; symbol <= symbols; symbol += 1) {
    const weight: u32 = load<u8>(weights + symbol)
    if (weight === 0) continue
    const entry = symbol | ((bits + 1 - weight) << 8)
    const place = ofWeight + ((<usize>weight) << 2)
    const first = load<u32>(place)
    const behind = first + (1 << (weight - 1))
    store<u32>(place, behind)
    for (let code = first; code < behind; code += 1) store<u16>(codes + ((<usize>code) << 1), entry)
  }
  codeBits = bits
  return true
}
