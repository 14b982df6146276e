import { makeCodes, reversed } from './huffman'

/**
 * JSON compressed as it is written (deflate, RFC 1951), called from `api/deflated-json.ts`. Repeated text is looked for at quotes
 * alone, and behind those that a match ends near: there names, times and values begin, and what stands between is mostly digits.
 * zlib's quickest level looks at every byte, finds about as much, and takes twice the time.
 *
 * Each piece is a block of its own, and ends at a byte: nothing is kept from piece to piece.
 */
const inputMax: usize = 256 * 1024
/** Sixteen bytes are read at a time, also behind its end. */
const input = memory.data(256 * 1024 + 32)
/** No code has more than 15 bits, and a block in which all were so long has shorter ones for the frequent ones. */
const output = memory.data(256 * 1024 + 64 * 1024)

/** Where text repeats: address, length and distance of each. Two take twelve bytes of the input at least. */
const matches = memory.data(((256 * 1024) / 12) * 16)
const shortest: u32 = 8
const longest: u32 = 258
const farthest: u32 = 32 * 1024

/** Where quotes stood last, by what follows: by sixteen bytes, and by eight. */
const longs = memory.data(4096 * 4)
const shorts = memory.data(4096 * 4)
const placeBits: u64 = 12

/** Bytes, the end of the block, lengths; distances. */
const symbols: u32 = 286
const distances: u32 = 30
const endOfBlock: usize = 256
const symbolCounts = memory.data(286 * 4)
const distanceCounts = memory.data(30 * 4)
const symbolCodes = memory.data(286 * 4)
const distanceCodes = memory.data(30 * 4)

const quote: u8 = 0x22

export function inputAt(): usize {
  return input
}

export function outputAt(): usize {
  return output
}

/** Compresses the first `size` bytes of the input; answers how many bytes that has become. */
export function compress(size: u32): u32 {
  memory.fill(longs, 0, 4096 * 4)
  memory.fill(shorts, 0, 4096 * 4)
  memory.fill(symbolCounts, 0, symbols << 2)
  memory.fill(distanceCounts, 0, distances << 2)
  // Two at least, without which there are no codes.
  store<u32>(distanceCounts, 1)
  store<u32>(distanceCounts, 1, 4)
  addTo(symbolCounts, endOfBlock)
  if (size === 0) addTo(symbolCounts, 0)
  const found = findMatches(size)
  makeCodes(symbolCounts, symbols, symbolCodes)
  makeCodes(distanceCounts, distances, distanceCodes)
  writeHeader()
  writeBlock(size, found)
  return <u32>(writeTo - output)
}

function addTo(counts: usize, symbol: usize): void {
  const place = counts + (symbol << 2)
  store<u32>(place, load<u32>(place) + 1)
}

/** Answers where the matches end. */
function findMatches(size: u32): usize {
  const end = input + size
  let found = matches
  let at = input
  while (at < end) {
    const next = nextQuote(at, end)
    for (; at < next; at += 1) addTo(symbolCounts, load<u8>(at))
    if (at === end) break
    let length = matchAt(at, end)
    if (length === 0) {
      addTo(symbolCounts, quote)
      at += 1
      continue
    }
    const distance = <u32>(at - matched)
    // Often a number begins there, which is that of the time before.
    const value = behindQuote(at, at + length)
    const ofValue: u32 = value === 0 ? 0 : matchAt(value, end)
    if (value + ofValue > at + length) {
      length = <u32>(value - at)
      found = keepMatch(found, at, length, distance)
      found = keepMatch(found, value, ofValue, <u32>(value - matched))
      at = value + ofValue
    } else {
      found = keepMatch(found, at, length, distance)
      at += length
    }
  }
  return found
}

/** The first from `at` on, or the end. */
function nextQuote(from: usize, end: usize): usize {
  for (let at = from; at < end; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(quote)))
    if (found !== 0) return min(end, at + <usize>ctz(found))
  }
  return end
}

function keepMatch(found: usize, at: usize, length: u32, distance: u32): usize {
  addTo(symbolCounts, 257 + lengthCode(length))
  addTo(distanceCounts, distanceCode(distance))
  store<u32>(found, <u32>at)
  store<u16>(found, <u16>length, 4)
  store<u16>(found, <u16>(distance - 1), 6)
  return found + 8
}

/** Where a text begins that a match ends in; 0 where that is not among the last eight bytes. */
function behindQuote(from: usize, end: usize): usize {
  const others = load<u64>(end - 8) ^ 0x2222_2222_2222_2222
  const low: u64 = 0x7f7f_7f7f_7f7f_7f7f
  // The highest bit of each byte that is a quote.
  const quotes = ~(((others & low) + low) | others | low)
  const at = end - <usize>(clz(quotes) >> 3)
  // What stands before is a match of its own, which has three bytes at least.
  return quotes !== 0 && at >= from + 3 ? at : 0
}

/** Where the same text stood that `matchAt` has found. */
let matched: usize = 0

/** How many bytes from here on stood somewhere before; 0 where that is not known. */
function matchAt(at: usize, end: usize): u32 {
  if (at + 16 > end) return 0
  const first = load<u64>(at)
  const second = load<u64>(at, 8)
  const mixed = first * 0x9e37_79b9_7f4a_7c15
  const short = shorts + ((<usize>(mixed >> (64 - placeBits))) << 2)
  const long = longs + ((<usize>(((mixed ^ second) * 0xc2b2_ae3d_27d4_eb4f) >> (64 - placeBits))) << 2)
  const longBefore = <usize>load<u32>(long)
  const shortBefore = <usize>load<u32>(short)
  store<u32>(long, <u32>at)
  store<u32>(short, <u32>at)
  if (isNear(longBefore, at) && load<u64>(longBefore) === first && load<u64>(longBefore, 8) === second) {
    matched = longBefore
    return matchedLength(at, end, 16)
  }
  if (isNear(shortBefore, at) && load<u64>(shortBefore) === first) {
    matched = shortBefore
    return matchedLength(at, end, shortest)
  }
  return 0
}

function isNear(before: usize, at: usize): bool {
  return before !== 0 && before < at && at - before <= farthest
}

/** `known`: so many bytes are the same. */
function matchedLength(at: usize, end: usize, known: u32): u32 {
  const most = min<u32>(longest, <u32>(end - at))
  let length = known
  while (length < most) {
    const different = load<u64>(at + length) ^ load<u64>(matched + length)
    if (different !== 0) return min<u32>(most, length + <u32>(ctz(different) >> 3))
    length += 8
  }
  return most
}

/** Of lengths from 3 to 258: for each code twice as many bytes after four codes, and the last is of one length. */
function lengthCode(length: u32): u32 {
  if (length === longest) return 28
  const rest = length - 3
  if (rest < 8) return rest
  const bits = lengthBits(rest)
  return 4 * bits + (rest >> bits)
}

/** How many bits of `rest` stand behind its code. */
function lengthBits(rest: u32): u32 {
  return rest < 8 ? 0 : 29 - <u32>clz(rest)
}

function distanceCode(distance: u32): u32 {
  const rest = distance - 1
  if (rest < 4) return rest
  const bits = distanceBits(rest)
  return 2 * bits + (rest >> bits)
}

function distanceBits(rest: u32): u32 {
  return rest < 4 ? 0 : 30 - <u32>clz(rest)
}

/** Bits that are not a whole byte yet, how many, and where they go. */
let bitsLeft: u64 = 0
let bitCount: u64 = 0
let writeTo: usize = output

/** At most 56. Eight bytes are written however many are whole, which needs no branch. */
function put(bits: u64, count: u64): void {
  bitsLeft |= bits << bitCount
  bitCount += count
  store<u64>(writeTo, bitsLeft)
  writeTo += <usize>(bitCount >> 3)
  bitsLeft >>= bitCount & 0x38
  bitCount &= 7
}

function codeAt(codes: usize, symbol: u32): u32 {
  return load<u32>(codes + ((<usize>symbol) << 2))
}

/** A block with codes of its own; the lengths of those are sent in four bits each, which is simple and costs 158 bytes. */
function writeHeader(): void {
  bitsLeft = 0
  bitCount = 0
  writeTo = output
  put(0b100, 3)
  put(symbols - 257, 5)
  put(distances - 1, 5)
  put(15, 4)
  // Lengths of the codes of lengths: none of 16 to 18, which would repeat others, and four of all.
  put(0, 9)
  for (let i = 0; i < 16; i += 1) put(4, 3)
  for (let i: u32 = 0; i < symbols; i += 1) putLength(symbolCodes, i)
  for (let i: u32 = 0; i < distances; i += 1) putLength(distanceCodes, i)
}

function putLength(codes: usize, symbol: u32): void {
  put(reversed(codeAt(codes, symbol) >> 16, 4), 4)
}

function writeBlock(size: u32, found: usize): void {
  let at = input
  for (let match = matches; match < found; match += 8) {
    const next = <usize>load<u32>(match)
    writeBytes(at, next)
    const length = <u32>load<u16>(match, 4)
    writeMatch(length, <u32>load<u16>(match, 6))
    at = next + length
  }
  writeBytes(at, input + size)
  const last = codeAt(symbolCodes, <u32>endOfBlock)
  put(last & 0xffff, last >> 16)
  // An empty block of plain bytes, which begins and ends at a byte.
  put(0, 3)
  put(0, (8 - bitCount) & 7)
  put(0xffff_0000, 32)
}

function writeMatch(length: u32, distanceRest: u32): void {
  const code = codeAt(symbolCodes, 257 + lengthCode(length))
  let bits = <u64>(code & 0xffff)
  let count = <u64>(code >> 16)
  if (length !== longest) {
    const more = lengthBits(length - 3)
    bits |= (<u64>((length - 3) & ((1 << more) - 1))) << count
    count += more
  }
  const ofDistance = codeAt(distanceCodes, distanceCode(distanceRest + 1))
  bits |= (<u64>(ofDistance & 0xffff)) << count
  count += ofDistance >> 16
  const more = distanceBits(distanceRest)
  bits |= (<u64>(distanceRest & ((1 << more) - 1))) << count
  put(bits, count + more)
}

/** As `put` does, in variables of its own and three at a time. */
function writeBytes(from: usize, end: usize): void {
  let left = bitsLeft
  let count = bitCount
  let to = writeTo
  let at = from
  for (; at + 3 <= end; at += 3) {
    const first = codeAt(symbolCodes, load<u8>(at))
    const second = codeAt(symbolCodes, load<u8>(at, 1))
    const third = codeAt(symbolCodes, load<u8>(at, 2))
    left |= (<u64>(first & 0xffff)) << count
    count += first >> 16
    left |= (<u64>(second & 0xffff)) << count
    count += second >> 16
    left |= (<u64>(third & 0xffff)) << count
    count += third >> 16
    store<u64>(to, left)
    to += <usize>(count >> 3)
    left >>= count & 0x38
    count &= 7
  }
  bitsLeft = left
  bitCount = count
  writeTo = to
  for (; at < end; at += 1) {
    const code = codeAt(symbolCodes, load<u8>(at))
    put(code & 0xffff, code >> 16)
  }
}
