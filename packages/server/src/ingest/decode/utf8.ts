import { isUtf8 } from 'node:buffer'

/** Whether a run of bytes is text. Most is plain ASCII, which a loop sees sooner than a call into Node does. */
export function isUtf8At(bytes: Uint8Array, at: number, length: number): boolean {
  const end = at + length
  for (let i = at; i < end; i += 1) {
    if ((bytes[i] ?? 0) >= 0x80) return isUtf8(bytes.subarray(i, end))
  }
  return true
}
