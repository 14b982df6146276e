/**
 * Numbers as text, as `String` of JavaScript has them: the shortest digits that mean the number, of those the closest.
 * Only what is neither whole nor ends below a thousandth takes the long way, which is Raffaello Giulietti's ("The Schubfach way to
 * render doubles"), as Alexander Bolz wrote it in C++.
 */

const minus: u8 = 0x2d
const plus: u8 = 0x2b
const point: u8 = 0x2e
const zero: u8 = 0x30

/** Below, whole numbers and thousandths are exact, and have at most 15 digits in all: no other number has these. */
const wholeBelow: f64 = 9007199254740992
const thousandthsBelow: f64 = 1e12

/** Writes up to 24 bytes, and may touch 17 more; answers where they end. `+Inf`, `-Inf` and `NaN` are written as Prometheus does. */
export function writeNumber(value: f64, at: usize): usize {
  if (reinterpret<i64>(value) < 0) {
    if (isNaN(value)) return writeWord(nan, 3, at)
    store<u8>(at, minus)
    at += 1
  }
  const size = abs(value)
  if (!(size < Infinity)) {
    if (isNaN(value)) return writeWord(nan, 3, at)
    if (value > 0) {
      store<u8>(at, plus)
      at += 1
    }
    return writeWord(infinity, 3, at)
  }
  if (size < wholeBelow && floor(size) === size) return writeWhole(<u64>size, at)
  if (size < thousandthsBelow) {
    const thousandths = nearest(size * 1000)
    if (thousandths / 1000 === size) return writeThousandths(<u64>thousandths, at)
  }
  findDigits(reinterpret<u64>(size))
  return writeDigits(at)
}

const nan: u32 = 0x4e_61_4e
const infinity: u32 = 0x66_6e_49

function writeWord(bytes: u32, length: u32, at: usize): usize {
  store<u32>(at, bytes)
  return at + length
}

const billion: u64 = 1_000_000_000

export function writeWhole(value: u64, at: usize): usize {
  if (value < billion) return writeSmall(<u32>value, at)
  // By a product, as a division takes five times as long.
  const high = highOf(value >> 9, 19_342_813_113_834_067) >> 11
  at = high < billion ? writeSmall(<u32>high, at) : writeWhole(high, at)
  return writeNine(<u32>(value - high * billion), at)
}

/** Below a billion. */
function writeSmall(value: u32, at: usize): usize {
  const length = lengthOf(value)
  const end = at + length
  let rest = value
  let to = end
  while (rest >= 100) {
    const next = rest / 100
    to -= 2
    storePair(to, rest - next * 100)
    rest = next
  }
  if (rest >= 10) storePair(to - 2, rest)
  else store<u8>(to - 1, zero + <u8>rest)
  return end
}

/** All nine digits, zeros before them too. */
function writeNine(value: u32, at: usize): usize {
  const first = value / 100_000_000
  store<u8>(at, zero + <u8>first)
  const rest = value - first * 100_000_000
  const high = rest / 10_000
  writeFour(high, at + 1)
  writeFour(rest - high * 10_000, at + 5)
  return at + 9
}

function writeFour(value: u32, at: usize): void {
  const high = value / 100
  storePair(at, high)
  storePair(at + 2, value - high * 100)
}

/** Two digits. */
function storePair(at: usize, value: u32): void {
  const high = value / 10
  store<u16>(at, <u16>(((value - high * 10) << 8) | high | 0x3030))
}

function lengthOf(value: u32): u32 {
  if (value < 10_000) {
    if (value < 100) return value < 10 ? 1 : 2
    return value < 1000 ? 3 : 4
  }
  if (value < 1_000_000) return value < 100_000 ? 5 : 6
  if (value < 100_000_000) return value < 10_000_000 ? 7 : 8
  return 9
}

/** With one to three decimals. */
function writeThousandths(value: u64, at: usize): usize {
  const whole = highOf(value >> 3, 2_361_183_241_434_822_607) >> 4
  let rest = <u32>(value - whole * 1000)
  at = writeWhole(whole, at)
  store<u8>(at, point)
  const first = rest / 100
  store<u8>(at + 1, zero + <u8>first)
  rest -= first * 100
  if (rest === 0) return at + 2
  storePair(at + 2, rest)
  return rest % 10 === 0 ? at + 3 : at + 4
}

/** What `findDigits` found: the number is `digits` times ten to the power of `exponent`. */
let digits: u64 = 0
let exponent: i32 = 0

/** As Go does: without an exponent from 1e-6 up to below 1e21, and with two digits of it at least. */
function writeDigits(at: usize): usize {
  const end = writeWhole(digits, at)
  const length = <i32>(end - at)
  /** Where the point stands among the digits. */
  const before = length + exponent
  if (exponent >= 0 && before <= 21) {
    memory.fill(end, zero, exponent)
    return end + exponent
  }
  if (before > 0 && before <= 21) {
    insertPoint(at + before)
    return end + 1
  }
  if (before > -6 && before <= 0) {
    const shift = 2 - before
    const last = load<u8>(at + 16)
    v128.store(at + shift, v128.load(at))
    store<u8>(at + shift + 16, last)
    memory.fill(at, zero, shift)
    store<u8>(at + 1, point)
    return end + shift
  }
  return writeExponent(at, end, before - 1)
}

/** Behind the first of at most 17 digits, or a later one. */
function insertPoint(at: usize): void {
  v128.store(at + 1, v128.load(at))
  store<u8>(at, point)
}

function writeExponent(at: usize, end: usize, power: i32): usize {
  if (end > at + 1) {
    insertPoint(at + 1)
    end += 1
  }
  store<u8>(end, 0x65)
  store<u8>(end + 1, power < 0 ? minus : plus)
  const size = power < 0 ? -power : power
  store<u8>(end + 2, zero)
  return writeSmall(size, size < 10 ? end + 3 : end + 2)
}

/**
 * The powers of ten from 10^-292 to 10^324, the highest 128 bits of each rounded up, the lower half first: written by whoever
 * makes the module (`api/written-numbers.ts`).
 */
const firstPower: i32 = -292
const powers = memory.data(617 * 16)

export function powersAt(): usize {
  return powers
}

/** Of a finite number above zero, given by its bits. */
function findDigits(bits: u64): void {
  const fraction = bits & 0xf_ffff_ffff_ffff
  const biased = <i32>(bits >> 52)
  const c = biased === 0 ? fraction : fraction | 0x10_0000_0000_0000
  const q = biased === 0 ? -1074 : biased - 1075
  const isOdd = c & 1
  // The number below a power of two is only half as far away as the one above.
  const isLowerClose = fraction === 0 && biased > 1
  const k = (q * 1_262_611 - (isLowerClose ? 524_031 : 0)) >> 22
  const h = <u64>(q + ((-k * 1_741_647) >> 19) + 1)
  const power = powers + ((<usize>(-k - firstPower)) << 4)
  const high = load<u64>(power, 8)
  const low = load<u64>(power)
  const middle = roundedToOdd(high, low, (4 * c) << h)
  const lower = roundedToOdd(high, low, (4 * c - 2 + u64(isLowerClose)) << h) + isOdd
  const upper = roundedToOdd(high, low, (4 * c + 2) << h) - isOdd
  const s = middle >> 2
  exponent = k
  if (s >= 10) {
    const shorter = tenthOf(s)
    const isUnder = lower <= 40 * shorter
    const isOver = 40 * shorter + 40 <= upper
    if (isUnder !== isOver) {
      digits = shorter + u64(isOver)
      exponent = k + 1
      dropZeros()
      return
    }
  }
  const isUnder = lower <= 4 * s
  const isOver = 4 * s + 4 <= upper
  if (isUnder !== isOver) digits = s + u64(isOver)
  else {
    const half = 4 * s + 2
    digits = s + u64(middle > half || (middle === half && (s & 1) !== 0))
  }
  // Of the least numbers there are: 1e-323.
  if (s < 10) dropZeros()
}

function tenthOf(value: u64): u64 {
  return highOf(value, 0xcccc_cccc_cccc_cccd) >> 3
}

function dropZeros(): void {
  for (;;) {
    const next = tenthOf(digits)
    if (next * 10 !== digits) return
    digits = next
    exponent += 1
  }
}

/** The highest 64 bits of a product of 128 and 64 bits; the lowest of them says whether anything was lost, too. */
function roundedToOdd(high: u64, low: u64, factor: u64): u64 {
  const carried = highOf(low, factor)
  const product = high * factor
  const sum = product + carried
  return (highOf(high, factor) + u64(sum < product)) | u64(sum > 1)
}

/** The upper half of a product of 128 bits. */
function highOf(a: u64, b: u64): u64 {
  const aLow = a & 0xffff_ffff
  const aHigh = a >> 32
  const bLow = b & 0xffff_ffff
  const bHigh = b >> 32
  const middle = aHigh * bLow + ((aLow * bLow) >> 32)
  const other = aLow * bHigh + (middle & 0xffff_ffff)
  return aHigh * bHigh + (middle >> 32) + (other >> 32)
}
