import { copy, repeat } from './bytes'
import { makeKnown, makeSingle, readTable, stateBits } from './fse'
import { damaged, tooLong } from './lz4'
import { forgetCode, lastBit, literalsAt, literalsSize, readLiterals } from './zstd-literals'

/**
 * Blocks of zstd (RFC 8878): bytes as they are, and sequences, each of which says how many of those come, and then how much of what
 * stands how far before. The frames around them, which say lengths and checksums, are read in `ingest/expand/zstd.ts`.
 */

/** Of what sequences are made, in the order in which their tables stand in a block. */
const lengths: usize = 0
const distances: usize = 1
const copies: usize = 2
/** A block may use the tables of the one before it: 512 states each, and how many bits name one of them. */
const tables = memory.data(3 * 2048)
const bitsOfState = memory.data(3 * 4)
const unknown: u32 = 99

/** The last three distances, which are said shortly when they come again. */
let last: u32 = 1
let second: u32 = 4
let third: u32 = 8

export function beginFrame(): void {
  for (let kind = lengths; kind <= copies; kind += 1) store<u32>(bitsOfState + (kind << 2), unknown)
  last = 1
  second = 4
  third = 8
  forgetCode()
}

/**
 * Expands a block; copies may reach back to `begin`. Answers how many bytes that makes, or one of `damaged` and `tooLong`. Up to
 * fifteen bytes behind `outEnd` may be written.
 */
export function zstdBlock(from: usize, end: usize, to: usize, outEnd: usize, begin: usize): i32 {
  const at = readLiterals(from, end)
  if (at === 0 || at >= end) return damaged
  let sequences: u32 = load<u8>(at)
  let next = at + 1
  if (sequences === 255) {
    sequences = <u32>load<u16>(at, 1) + 0x7f00
    next = at + 3
  } else if (sequences >= 128) {
    sequences = ((sequences - 128) << 8) | load<u8>(at, 1)
    next = at + 2
  }
  if (sequences > 0) {
    next = readTables(next, end)
    return next === 0 ? damaged : expandSequences(next, end, sequences, to, outEnd, begin)
  }
  if (next !== end) return damaged
  if (literalsSize > <u32>(outEnd - to)) return tooLong
  memory.copy(to, literalsAt, literalsSize)
  return <i32>literalsSize
}

/** Answers where they end, or 0 where they make no sense. */
function readTables(from: usize, end: usize): usize {
  if (from >= end) return 0
  const forms: u32 = load<u8>(from)
  if ((forms & 3) !== 0) return 0
  let at = readOne(lengths, forms >> 6, from + 1, end)
  if (at !== 0) at = readOne(distances, (forms >> 4) & 3, at, end)
  return at === 0 ? 0 : readOne(copies, (forms >> 2) & 3, at, end)
}

/** A table that is known to both sides, has one state, is described, or is that of the block before. */
function readOne(kind: usize, form: u32, from: usize, end: usize): usize {
  const table = tables + (kind << 11)
  const place = bitsOfState + (kind << 2)
  if (form === 3) return load<u32>(place) === unknown ? 0 : from
  const symbolMax: u32 = kind === lengths ? 35 : kind === distances ? 31 : 52
  let at = from
  if (form === 0) {
    if (kind === lengths) makeKnown(table, knownLengths, 6)
    else if (kind === distances) makeKnown(table, knownDistances, 5)
    else makeKnown(table, knownCopies, 6)
  } else if (form === 1) {
    if (from >= end || load<u8>(from) > symbolMax) return 0
    makeSingle(table, load<u8>(from))
    at = from + 1
  } else {
    at = readTable(from, end, table, kind === distances ? 8 : 9, symbolMax)
  }
  store<u32>(place, at === 0 ? unknown : stateBits)
  return at
}

/** The state of `kind` that is named by bits at `bit`, which are read next. */
function firstState(kind: usize, from: usize, bit: i32): usize {
  return tables + (kind << 11) + ((<usize>bitsAt(from, bit, load<u32>(bitsOfState + (kind << 2)))) << 2)
}

function bitsAt(from: usize, bit: i32, count: u32): u32 {
  return <u32>((load<u64>(from + (bit >> 3)) >> (bit & 7)) & ((1 << (<u64>count)) - 1))
}

function expandSequences(from: usize, end: usize, count: u32, to: usize, outEnd: usize, begin: usize): i32 {
  let bit = lastBit(from, end) - <i32>load<u32>(bitsOfState)
  let length = firstState(lengths, from, bit)
  bit -= <i32>load<u32>(bitsOfState, 4)
  let distance = firstState(distances, from, bit)
  bit -= <i32>load<u32>(bitsOfState, 8)
  let again = firstState(copies, from, bit)
  let literal = literalsAt
  const literalEnd = literal + literalsSize
  let out = to
  for (let left = count; left > 0; left -= 1) {
    if (bit < 0) return damaged
    const distanceBits: u32 = load<u8>(distance)
    bit -= <i32>distanceBits
    const said = ((<u32>1) << distanceBits) + bitsAt(from, bit, distanceBits)
    const copyCode = copyCodes + ((<usize>load<u8>(again)) << 2)
    bit -= load<u8>(copyCode, 3)
    const copied = (load<u32>(copyCode) & 0xff_ffff) + bitsAt(from, bit, load<u8>(copyCode, 3))
    const lengthCode = lengthCodes + ((<usize>load<u8>(length)) << 2)
    bit -= load<u8>(lengthCode, 3)
    const size = (load<u32>(lengthCode) & 0xff_ffff) + bitsAt(from, bit, load<u8>(lengthCode, 3))
    const back = distanceOf(said, size)
    if (left > 1) {
      bit -= load<u8>(length, 1)
      length = nextState(lengths, length, from, bit)
      bit -= load<u8>(again, 1)
      again = nextState(copies, again, from, bit)
      bit -= load<u8>(distance, 1)
      distance = nextState(distances, distance, from, bit)
    }
    if (size > <u32>(literalEnd - literal)) return damaged
    if (size + copied > <u32>(outEnd - out)) return tooLong
    copy(literal, out, size)
    literal += size
    out += size
    if (back === 0 || back > <u32>(out - begin)) return damaged
    repeat(out, back, copied)
    out += copied
  }
  if (bit !== 0) return damaged
  const rest = <u32>(literalEnd - literal)
  if (rest > <u32>(outEnd - out)) return tooLong
  memory.copy(out, literal, rest)
  return <i32>(out + rest - to)
}

function nextState(kind: usize, state: usize, from: usize, bit: i32): usize {
  const next = <u32>load<u16>(state, 2) + bitsAt(from, bit, load<u8>(state, 1))
  return tables + (kind << 11) + ((<usize>next) << 2)
}

/** One to three are distances that came before; others are three less. 0 where it makes no sense. */
function distanceOf(said: u32, literalsBefore: u32): u32 {
  if (said > 3) {
    third = second
    second = last
    last = said - 3
    return last
  }
  const which = literalsBefore === 0 ? said + 1 : said
  if (which === 1) return last
  const back = which === 2 ? second : which === 3 ? third : last - 1
  if (which !== 2) third = second
  second = last
  last = back
  return back
}

/** Numbers that begin with a code: from where they count, and above 24 bits how many bits are added. */
const lengthCodes = memory.data<u32>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0x0100_0010, 0x0100_0012, 0x0100_0014, 0x0100_0016, 0x0200_0018,
  0x0200_001c, 0x0300_0020, 0x0300_0028, 0x0400_0030, 0x0600_0040, 0x0700_0080, 0x0800_0100, 0x0900_0200, 0x0a00_0400,
  0x0b00_0800, 0x0c00_1000, 0x0d00_2000, 0x0e00_4000, 0x0f00_8000, 0x1001_0000,
])
const copyCodes = memory.data<u32>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33,
  34, 0x0100_0023, 0x0100_0025, 0x0100_0027, 0x0100_0029, 0x0200_002b, 0x0200_002f, 0x0300_0033, 0x0300_003b,
  0x0400_0043, 0x0400_0053, 0x0500_0063, 0x0700_0083, 0x0800_0103, 0x0900_0203, 0x0a00_0403, 0x0b00_0803, 0x0c00_1003,
  0x0d00_2003, 0x0e00_4003, 0x0f00_8003, 0x1001_0003,
])

const knownLengths: StaticArray<i8> = [
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
]
const knownDistances: StaticArray<i8> = [
  1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
]
const knownCopies: StaticArray<i8> = [
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
]
