/** Checksums of what was expanded, as zstd, LZ4 and framed snappy say them. */

const prime1: u64 = 0x9e3779b185ebca87
const prime2: u64 = 0xc2b2ae3d27d4eb4f
const prime3: u64 = 0x165667b19e3779f9
const prime4: u64 = 0x85ebca77c2b2ae63
const prime5: u64 = 0x27d4eb2f165667c5

/** The lower half of XXH64, which is what zstd says. */
export function xxh64(from: usize, end: usize): u32 {
  const size: u64 = end - from
  let at = from
  let sum: u64 = prime5
  if (size >= 32) {
    let a = prime1 + prime2
    let b = prime2
    let c: u64 = 0
    let d: u64 = 0 - prime1
    for (; at + 32 <= end; at += 32) {
      a = round64(a, load<u64>(at))
      b = round64(b, load<u64>(at, 8))
      c = round64(c, load<u64>(at, 16))
      d = round64(d, load<u64>(at, 24))
    }
    sum = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18)
    sum = merged(merged(merged(merged(sum, a), b), c), d)
  }
  sum += size
  for (; at + 8 <= end; at += 8) sum = rotl<u64>(sum ^ round64(0, load<u64>(at)), 27) * prime1 + prime4
  if (at + 4 <= end) {
    sum = rotl<u64>(sum ^ (<u64>load<u32>(at) * prime1), 23) * prime2 + prime3
    at += 4
  }
  for (; at < end; at += 1) sum = rotl<u64>(sum ^ (<u64>load<u8>(at) * prime5), 11) * prime1
  sum = (sum ^ (sum >> 33)) * prime2
  sum = (sum ^ (sum >> 29)) * prime3
  return <u32>(sum ^ (sum >> 32))
}

function round64(sum: u64, word: u64): u64 {
  return rotl<u64>(sum + word * prime2, 31) * prime1
}

function merged(sum: u64, lane: u64): u64 {
  return (sum ^ round64(0, lane)) * prime1 + prime4
}

const small1: u32 = 0x9e3779b1
const small2: u32 = 0x85ebca77
const small3: u32 = 0xc2b2ae3d
const small4: u32 = 0x27d4eb2f
const small5: u32 = 0x165667b1

/** XXH32, LZ4's. */
export function xxh32(from: usize, end: usize): u32 {
  const size = <u32>(end - from)
  let at = from
  let sum: u32 = small5
  if (size >= 16) {
    let a: u32 = small1 + small2
    let b: u32 = small2
    let c: u32 = 0
    let d: u32 = 0 - small1
    for (; at + 16 <= end; at += 16) {
      a = round32(a, load<u32>(at))
      b = round32(b, load<u32>(at, 4))
      c = round32(c, load<u32>(at, 8))
      d = round32(d, load<u32>(at, 12))
    }
    sum = rotl<u32>(a, 1) + rotl<u32>(b, 7) + rotl<u32>(c, 12) + rotl<u32>(d, 18)
  }
  sum += size
  for (; at + 4 <= end; at += 4) sum = rotl<u32>(sum + load<u32>(at) * small3, 17) * small4
  for (; at < end; at += 1) sum = rotl<u32>(sum + <u32>load<u8>(at) * small5, 11) * small1
  sum = (sum ^ (sum >> 15)) * small2
  sum = (sum ^ (sum >> 13)) * small3
  return sum ^ (sum >> 16)
}

function round32(sum: u32, word: u32): u32 {
  return rotl<u32>(sum + word * small2, 13) * small1
}

/** Of each byte, then the same with one to seven zeros behind it, so that eight bytes are taken at once. */
const crcs = memory.data(8 * 256 * 4)

/** CRC-32C, as snappy's frames say it: turned and added to. */
export function crc32c(from: usize, end: usize): u32 {
  if (load<u32>(crcs, 4) === 0) makeCrcs()
  let at = from
  let sum: u32 = 0xffff_ffff
  for (; at + 8 <= end; at += 8) {
    const low = load<u32>(at) ^ sum
    const high = load<u32>(at, 4)
    sum =
      crcAt(7, low & 255) ^
      crcAt(6, (low >> 8) & 255) ^
      crcAt(5, (low >> 16) & 255) ^
      crcAt(4, low >> 24) ^
      crcAt(3, high & 255) ^
      crcAt(2, (high >> 8) & 255) ^
      crcAt(1, (high >> 16) & 255) ^
      crcAt(0, high >> 24)
  }
  for (; at < end; at += 1) sum = crcAt(0, (sum ^ load<u8>(at)) & 255) ^ (sum >> 8)
  return rotr<u32>(~sum, 15) + 0xa282ead8
}

function crcAt(zeros: u32, byte: u32): u32 {
  return load<u32>(crcs + ((<usize>((zeros << 8) | byte)) << 2))
}

function makeCrcs(): void {
  for (let byte: u32 = 0; byte < 256; byte += 1) {
    let sum = byte
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >> 1) ^ (sum & 1 ? 0x82f63b78 : 0)
    store<u32>(crcs + ((<usize>byte) << 2), sum)
  }
  for (let place: u32 = 256; place < 2048; place += 1) {
    const before = load<u32>(crcs + ((<usize>(place - 256)) << 2))
    store<u32>(crcs + ((<usize>place) << 2), crcAt(0, before & 255) ^ (before >> 8))
  }
}
