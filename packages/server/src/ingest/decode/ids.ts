import type { WireReader } from '@wakeline/protocol'

/** An id of another length, or all of zeros, is not one: the record that needs it is at fault. */
export function checkId(reader: WireReader, what: string, at: number, length: number, lengthNeeded: number): void {
  if (reader.fault !== undefined) return
  if (length !== lengthNeeded) {
    reader.fail(`its ${what} has ${length} bytes instead of ${lengthNeeded}`, at)
    return
  }
  let some = 0
  for (let i = at; i < at + length; i += 4) some |= reader.view.getInt32(i)
  if (some === 0) reader.fail(`its ${what} is all zeros`, at)
}

/** An id that need not be there: 0 bytes, or all of them. */
export function checkOptionalId(
  reader: WireReader,
  what: string,
  at: number,
  length: number,
  lengthNeeded: number,
): void {
  if (length !== 0 && length !== lengthNeeded)
    reader.fail(`its ${what} has ${length} bytes instead of ${lengthNeeded}`, at)
}
