/**
 * Moving and comparing short runs of bytes, four at a time. Most strings of telemetry have 4 to 60 bytes, where a
 * native call costs more than the copy; one needs two views made for it as well, and they are garbage.
 */

const longCopyBytes = 256

/**
 * Copies `length` bytes; the caller has made room. Long runs go as doubles, sixteen bytes a step: a double keeps all of its
 * bits on the way, but for one that is no number, which the engine may make another of. (The sum of two is none if either is.)
 */
export function copyBytes(from: DataView, at: number, length: number, to: DataView, toAt: number): void {
  if (length > longCopyBytes) {
    new Uint8Array(to.buffer, to.byteOffset + toAt, length).set(
      new Uint8Array(from.buffer, from.byteOffset + at, length),
    )
    return
  }
  if (length < 4) {
    for (let i = 0; i < length; i += 1) to.setUint8(toAt + i, from.getUint8(at + i))
    return
  }
  let i = 0
  for (const end = length - 16; i <= end; i += 16) {
    const one = from.getFloat64(at + i, true)
    const two = from.getFloat64(at + i + 8, true)
    if (Number.isNaN(one + two)) copyWords(from, at + i, to, toAt + i)
    else {
      to.setFloat64(toAt + i, one, true)
      to.setFloat64(toAt + i + 8, two, true)
    }
  }
  const last = length - 4
  for (; i < last; i += 4) to.setInt32(toAt + i, from.getInt32(at + i, true), true)
  // The last four overlap what was copied before them, which spares a loop over the rest.
  to.setInt32(toAt + last, from.getInt32(at + last, true), true)
}

/** Sixteen bytes. */
function copyWords(from: DataView, at: number, to: DataView, toAt: number): void {
  for (let i = 0; i < 16; i += 4) to.setInt32(toAt + i, from.getInt32(at + i, true), true)
}

/**
 * Long runs are compared as doubles, eight bytes a step and half the time: of two doubles that are equal all bits are,
 * but for the two zeros. What is zero, or no number and so equal to nothing, is looked at again as integers.
 */
export function sameBytes(a: DataView, aAt: number, b: DataView, bAt: number, length: number): boolean {
  if (length < 4) {
    for (let i = 0; i < length; i += 1) if (a.getUint8(aAt + i) !== b.getUint8(bAt + i)) return false
    return true
  }
  let i = 0
  for (const end = length - 16; i <= end; i += 16) {
    const one = a.getFloat64(aAt + i, true)
    const two = a.getFloat64(aAt + i + 8, true)
    const isSame = one === b.getFloat64(bAt + i, true) && two === b.getFloat64(bAt + i + 8, true)
    if ((!isSame || one === 0 || two === 0) && !sameWords(a, aAt + i, b, bAt + i)) return false
  }
  const last = length - 4
  for (; i < last; i += 4) if (a.getInt32(aAt + i, true) !== b.getInt32(bAt + i, true)) return false
  return a.getInt32(aAt + last, true) === b.getInt32(bAt + last, true)
}

/** Sixteen bytes. */
function sameWords(a: DataView, aAt: number, b: DataView, bAt: number): boolean {
  for (let i = 0; i < 16; i += 4) if (a.getInt32(aAt + i, true) !== b.getInt32(bAt + i, true)) return false
  return true
}

/** A 32-bit hash in the manner of MurmurHash3, for tables in memory: it is not kept and not a defence. */
export function hashBytes(view: DataView, at: number, length: number): number {
  let hash = length
  const words = at + (length & ~3)
  let i = at
  for (; i < words; i += 4) {
    const word = Math.imul(view.getInt32(i, true), 0xcc9e2d51)
    hash ^= Math.imul((word << 15) | (word >>> 17), 0x1b873593)
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  for (; i < at + length; i += 1) hash = Math.imul(hash ^ view.getUint8(i), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}
