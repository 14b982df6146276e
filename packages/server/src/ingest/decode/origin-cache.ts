import { hashBytes, sameBytes } from '../../base/native/copy-bytes.ts'

/** A resource or scope whose bytes were decoded before: its id, and the text that its records repeat. */
export type Origin = {
  low: number
  high: number
  /** A resource's service name; nothing of a scope. */
  service: DataView
}

type Entry = { bytes: DataView; schemaUrl: DataView; origin: Origin }

/** Longer ones are decoded each time. */
const cachedBytesMax = 16_384

/** From the bytes of a resource or scope, as they were sent, to its id. Full, it forgets everything and fills again. */
export class OriginCache {
  readonly #entriesMax: number
  readonly #entries = new Map<number, Entry>()

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  find(view: DataView, at: OriginBytes): Origin | undefined {
    const entry = this.#entries.get(keyOf(view, at))
    if (entry === undefined) return undefined
    if (entry.bytes.byteLength !== at.length || entry.schemaUrl.byteLength !== at.schemaUrlLength) return undefined
    if (!sameBytes(view, at.at, entry.bytes, 0, at.length)) return undefined
    return sameBytes(view, at.schemaUrlAt, entry.schemaUrl, 0, at.schemaUrlLength) ? entry.origin : undefined
  }

  keep(view: DataView, at: OriginBytes, origin: Origin): void {
    if (at.length + at.schemaUrlLength > cachedBytesMax) return
    if (this.#entries.size >= this.#entriesMax) this.#entries.clear()
    const bytes = copyOf(view, at.at, at.length)
    this.#entries.set(keyOf(view, at), { bytes, schemaUrl: copyOf(view, at.schemaUrlAt, at.schemaUrlLength), origin })
  }
}

/** Where the message and its schema URL stand in the body. */
export type OriginBytes = { at: number; length: number; schemaUrlAt: number; schemaUrlLength: number }

export function copyOf(view: DataView, at: number, length: number): DataView {
  const start = view.byteOffset + at
  return new DataView(view.buffer.slice(start, start + length))
}

function keyOf(view: DataView, at: OriginBytes): number {
  return hashBytes(view, at.at, at.length) ^ Math.imul(hashBytes(view, at.schemaUrlAt, at.schemaUrlLength), 31)
}
