import type { Refused } from '../base/refused.ts'

/**
 * Where a list goes on: the sort key of the last row given, and how many rows of that very key were given already
 * (or, for traces, which id among equals). Opaque to callers; checked like any other input when it comes back.
 */
export type Cursor = { key: bigint; rest: string }

export function printCursor({ key, rest }: Cursor): string {
  return Buffer.from(`${key}.${rest}`).toString('base64url')
}

export function parseCursor(text: string, rest: RegExp): Cursor | Refused {
  const parts = Buffer.from(text, 'base64url').toString('latin1').split('.')
  const key = /^\d{1,19}$/.test(parts[0] ?? '') ? BigInt(parts[0] ?? '') : undefined
  if (parts.length !== 2 || key === undefined || key >= 1n << 63n || !rest.test(parts[1] ?? '')) {
    return {
      refused: 'invalid_request',
      message: 'Cannot go on with this list: "cursor" is not one that was given in "nextCursor"',
    }
  }
  return { key, rest: parts[1] ?? '' }
}
