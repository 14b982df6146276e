/** Codes for the symbols of a block of deflate (RFC 1951): the more often a symbol comes, the shorter its code. */

/** Symbols with a count, the rarest first: the count, and below it nine bits of which symbol it is. */
const ordered = memory.data(288 * 4)
const symbolBits: u32 = 9
const symbolMask: u32 = (1 << symbolBits) - 1
/** Of the same, their counts and in the end how long their codes are. */
const weights = memory.data(288 * 4)
/** How many codes there are of each length, then the next code of each. */
const ofLength = memory.data(16 * 4)
const lengthMax: u32 = 15

/**
 * Of symbols with `counts`, two of them at least above zero, the `codes`: their bits in the order in which they are sent, and
 * above sixteen bits how many those are. Counts may change.
 */
export function makeCodes(counts: usize, symbols: u32, codes: usize): void {
  let count = orderSymbols(counts, symbols)
  findLengths(count)
  // The rarest has the longest.
  while (load<u32>(weights) > lengthMax) {
    for (let i: u32 = 0; i < symbols; i += 1) {
      const place = counts + ((<usize>i) << 2)
      store<u32>(place, (load<u32>(place) + 1) >> 1)
    }
    count = orderSymbols(counts, symbols)
    findLengths(count)
  }
  memory.fill(codes, 0, symbols << 2)
  memory.fill(ofLength, 0, 16 * 4)
  for (let i: u32 = 0; i < count; i += 1) {
    const length = load<u32>(weights + ((<usize>i) << 2))
    const symbol = load<u32>(ordered + ((<usize>i) << 2)) & symbolMask
    store<u32>(codes + ((<usize>symbol) << 2), length << 16)
    const place = ofLength + ((<usize>length) << 2)
    store<u32>(place, load<u32>(place) + 1)
  }
  numberCodes(codes, symbols)
}

/** How many have a count. */
function orderSymbols(counts: usize, symbols: u32): u32 {
  let count: u32 = 0
  for (let symbol: u32 = 0; symbol < symbols; symbol += 1) {
    const seen = load<u32>(counts + ((<usize>symbol) << 2))
    if (seen === 0) continue
    const key = (seen << symbolBits) | symbol
    let at = ordered + ((<usize>count) << 2)
    for (; at > ordered && load<u32>(at - 4) > key; at -= 4) store<u32>(at, load<u32>(at - 4))
    store<u32>(at, key)
    count += 1
  }
  for (let i: usize = 0; i < count; i += 1) store<u32>(weights + (i << 2), load<u32>(ordered + (i << 2)) >> symbolBits)
  return count
}

function weightAt(i: i32): u32 {
  return load<u32>(weights + ((<usize>i) << 2))
}

function setWeight(i: i32, weight: u32): void {
  store<u32>(weights + ((<usize>i) << 2), weight)
}

/** Lengths of codes without redundancy, in the place of the weights (Moffat and Katajainen, 1995). */
function findLengths(count: i32): void {
  joinWeights(count)
  // Depths of the inner nodes, then of the leaves.
  setWeight(count - 2, 0)
  for (let i = count - 3; i >= 0; i -= 1) setWeight(i, weightAt(weightAt(i)) + 1)
  let free = 1
  let depth: u32 = 0
  let node = count - 2
  let leaf = count - 1
  while (free > 0) {
    let used = 0
    for (; node >= 0 && weightAt(node) === depth; node -= 1) used += 1
    for (; free > used; free -= 1) {
      setWeight(leaf, depth)
      leaf -= 1
    }
    free = 2 * used
    depth += 1
  }
}

/** The two least at a time become one node; each inner node then holds the place of the one above it. */
function joinWeights(count: i32): void {
  setWeight(0, weightAt(0) + weightAt(1))
  let node = 0
  let leaf = 2
  for (let next = 1; next < count - 1; next += 1) {
    let sum: u32 = 0
    for (let half = 0; half < 2; half += 1) {
      if (leaf >= count || (node < next && weightAt(node) < weightAt(leaf))) {
        sum += weightAt(node)
        setWeight(node, next)
        node += 1
      } else {
        sum += weightAt(leaf)
        leaf += 1
      }
    }
    setWeight(next, sum)
  }
}

/** Codes of one length follow each other in the order of their symbols; the first bit is sent first. */
function numberCodes(codes: usize, symbols: u32): void {
  let code: u32 = 0
  for (let length: usize = 1; length <= lengthMax; length += 1) {
    const place = ofLength + (length << 2)
    const count = load<u32>(place)
    store<u32>(place, code)
    code = (code + count) << 1
  }
  for (let symbol: u32 = 0; symbol < symbols; symbol += 1) {
    const place = codes + ((<usize>symbol) << 2)
    const length = load<u32>(place) >> 16
    if (length === 0) continue
    const next = ofLength + ((<usize>length) << 2)
    const own = load<u32>(next)
    store<u32>(next, own + 1)
    store<u32>(place, (length << 16) | reversed(own, length))
  }
}

export function reversed(code: u32, length: u32): u32 {
  let result: u32 = 0
  for (let i: u32 = 0; i < length; i += 1) result |= ((code >> i) & 1) << (length - 1 - i)
  return result
}
