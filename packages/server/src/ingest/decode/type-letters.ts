import type { LowCardinalityColumn } from '../../base/native/low-cardinality-column.ts'
import { letter } from './value.ts'

/** `attribute_types` of one record as it is read: a letter for each attribute kept, and how many were not. */
export class TypeLetters {
  #bytes = new Uint8Array(256)
  #view = new DataView(this.#bytes.buffer)
  #allStrings = true
  count = 0
  dropped = 0

  clear(): void {
    this.#allStrings = true
    this.count = 0
    this.dropped = 0
  }

  add(kind: number): void {
    if (this.count === this.#bytes.length) {
      const grown = new Uint8Array(this.count * 2)
      grown.set(this.#bytes)
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
    }
    this.#bytes[this.count++] = kind
    if (kind !== letter.s) this.#allStrings = false
  }

  /** All strings, by far the most common, is the empty text. */
  appendTo(column: LowCardinalityColumn): void {
    column.append(this.#view, 0, this.#allStrings ? 0 : this.count)
  }
}
