import { uncompress, uncompressSync } from 'snappy'

/** Raw blocks of snappy, which say at their beginning how long they will be, so that a limit can be kept before they are expanded. */

/** How long a block will be, and where what makes it so begins; undefined where it does not say. */
export function snappyLength(bytes: Uint8Array): { length: number; at: number } | undefined {
  let length = 0
  for (let at = 0; at < 5; at += 1) {
    const byte = bytes[at]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) return { length, at: at + 1 }
  }
  return undefined
}

/** The result is copied into memory of the collector's own: what snappy allots outlives it, and full collections come for it. */
const options = { asBuffer: true, copyOutputData: true }
const bufferOf = (expanded: string | Buffer): Buffer =>
  typeof expanded === 'string' ? Buffer.from(expanded) : expanded

/** Throws where it is no snappy. */
export function unsnappedHere(bytes: Uint8Array): Uint8Array {
  return bufferOf(uncompressSync(bytes, options))
}

/** On a thread of the pool. Rejects where it is no snappy. */
export async function unsnapped(bytes: Uint8Array): Promise<Uint8Array> {
  return bufferOf(await uncompress(bytes, options))
}

export function whyNotInflated(coding: string, error: unknown): string {
  return `Cannot inflate the body as ${coding}: ${error instanceof Error ? error.message : String(error)}`
}
