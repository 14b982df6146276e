/**
 * Whether a text may hold a secret: of all that `maySecret` in `ingest/arrival/secrets.ts` says this of, this does too, which
 * then looks again. Sixteen bytes at a time are asked whether any is a character a secret is told by: `K S J B b _ - = : @`.
 */

/** For each low half of a byte, and for each high half, the classes it is in; a character of ours has one in both. */
const lowHalves = i8x16(4, 0, 20, 8, 0, 0, 0, 0, 0, 0, 6, 4, 0, 3, 0, 8)
const highHalves = i8x16(0, 0, 1, 2, 4, 8, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0)

export function maySecret(at: usize, size: u32): bool {
  const end = at + size
  for (let from = at; from < end; from += 16) {
    const told = toldOf(v128.load(from))
    if (told !== 0 && isAnyTold(told, from, at, end)) return true
  }
  return false
}

/** Copies a text, and up to fifteen bytes more; answers false where it may hold a secret. */
export function copyPlain(at: usize, to: usize, size: u32): bool {
  const end = at + size
  let place = to
  for (let from = at; from < end; from += 16) {
    const bytes = v128.load(from)
    v128.store(place, bytes)
    const told = toldOf(bytes)
    if (told !== 0 && isAnyTold(told, from, at, end)) return false
    place += 16
  }
  return true
}

/** A bit for each byte that a secret may be told by. */
function toldOf(bytes: v128): i32 {
  const low = i8x16.swizzle(lowHalves, v128.and(bytes, i8x16.splat(0x0f)))
  const high = i8x16.swizzle(highHalves, i8x16.shr_u(bytes, 4))
  return i8x16.bitmask(i8x16.ne(v128.and(low, high), i8x16.splat(0)))
}

/** Of the bytes from `from` on, as far as they are of the text. */
function isAnyTold(bits: i32, from: usize, at: usize, end: usize): bool {
  let told = bits
  if (from + 16 > end) told &= (1 << (<i32>(end - from))) - 1
  for (; told !== 0; told &= told - 1) if (isTold(from + ctz(told), at, end)) return true
  return false
}

function before(i: usize, back: usize, at: usize): u32 {
  return i >= at + back ? load<u8>(i - back) : 0
}

function isTold(i: usize, at: usize, end: usize): bool {
  const previous = before(i, 1, at)
  const next: u32 = i + 1 < end ? load<u8>(i + 1) : 0
  switch (load<u8>(i)) {
    case 0x5f: // gh?_ and github_pat_
      return (
        (before(i, 3, at) === 0x67 && before(i, 2, at) === 0x68) || (previous === 0x74 && before(i, 2, at) === 0x61)
      )
    case 0x2d: // xox?- and sk-
      return (
        (previous === 0x6b && before(i, 2, at) === 0x73) || (before(i, 3, at) === 0x6f && before(i, 2, at) === 0x78)
      )
    case 0x3d: // = and :
    case 0x3a:
      return isBehindWord(i, at)
    case 0x40: // @
      return isInUrl(i, at)
    case 0x4a: // J of eyJ
      return previous === 0x79
    case 0x4b: // K of AKIA, S of ASIA
    case 0x53:
      return previous === 0x41 && next === 0x49
    default: {
      // B and b of Bearer, Basic and BEGIN
      if (i + 3 >= end) return false
      const rest = ((next | 0x20) << 16) | ((<u32>load<u8>(i + 2) | 0x20) << 8) | (<u32>load<u8>(i + 3) | 0x20)
      return rest === 0x656172 || rest === 0x617369 || rest === 0x656769
    }
  }
}

function isInUrl(i: usize, at: usize): bool {
  let isColonSeen = false
  for (let back = i - 1; back > at && back + 300 > i; back -= 1) {
    const byte = load<u8>(back)
    if (byte === 0x20) return false
    if (byte === 0x2f) return isColonSeen && load<u8>(back - 1) === 0x2f
    if (byte === 0x3a) isColonSeen = true
  }
  return false
}

/** The last three letters, in lower case, of words behind which `=` or `:` gives a secret away. */
function isBehindWord(i: usize, at: usize): bool {
  let last = i - 1
  while (last > at) {
    const byte = load<u8>(last)
    if (byte !== 0x22 && byte !== 0x27 && byte !== 0x5c && byte !== 0x20) break
    last -= 1
  }
  if (last < at + 2 || last >= i) return false
  const ending =
    ((<u32>load<u8>(last - 2) | 0x20) << 16) | ((<u32>load<u8>(last - 1) | 0x20) << 8) | (<u32>load<u8>(last) | 0x20)
  switch (ending) {
    case 0x6f7264: // password
    case 0x777764: // passwd (swd)
    case 0x737764:
    case 0x707764: // pwd
    case 0x617365: // passphrase
    case 0x726574: // secret
    case 0x696f6e: // authorization
    case 0x6b656e: // token
    case 0x6b6965: // cookie
    case 0x6b6579: // key
      return true
    default:
      return false
  }
}
