const byteHex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** 8 lower-case hex digits of a 32-bit number. */
export function hexOfWord(word: number): string {
  return (
    (byteHex[word >>> 24] ?? '') +
    (byteHex[(word >>> 16) & 255] ?? '') +
    (byteHex[(word >>> 8) & 255] ?? '') +
    (byteHex[word & 255] ?? '')
  )
}

/** The 32-bit number, with a sign as those of `IdSource`, written as 8 hex digits at `start`. The caller has checked the digits. */
export function wordOfHex(text: string, start: number): number {
  return Number.parseInt(text.slice(start, start + 8), 16) | 0
}
