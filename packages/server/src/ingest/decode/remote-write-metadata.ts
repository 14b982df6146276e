import { copyOf } from './origin-cache.ts'

/** Types of metric families, as both versions number them. */
export const familyType = { unknown: 0, counter: 1, gauge: 2, histogram: 3, gaugeHistogram: 4, summary: 5 } as const

/** What is said of a metric family, beside its series. */
export type FamilyMetadata = {
  type: number
  help: DataView
  unit: DataView
  /** Another one for everything that was ever remembered; 0 for what was not. */
  number: number
}

const nothing = new DataView(new ArrayBuffer(0))
const noMetadata: FamilyMetadata = { type: familyType.unknown, help: nothing, unit: nothing, number: 0 }

/** More families are not remembered: their series are stored all the same, without unit and description. */
const familiesMax = 20_000
const nameMaxBytes = 512
const textMaxBytes = 1024

/**
 * 1.0 sends metadata in requests of its own, every minute, by the family's name. It is remembered here until the
 * server stops, so that rows of series can say it. `revision` grows whenever something was learnt: rows that were
 * written without it are then due again.
 */
export class MetadataMemory {
  revision = 0
  readonly #families = new Map<string, FamilyMetadata>()

  learn(view: DataView, name: TextPlace, said: { type: number; help: TextPlace; unit: TextPlace }): void {
    if (name.length === 0 || name.length > nameMaxBytes) return
    const key = textOf(view, name)
    const known = this.#families.get(key)
    const help = keptText(view, said.help)
    const unit = keptText(view, said.unit)
    if (known !== undefined && known.type === said.type && isSame(known.help, help) && isSame(known.unit, unit)) return
    if (known === undefined && this.#families.size >= familiesMax) return
    this.revision += 1
    this.#families.set(key, { type: said.type, help, unit, number: this.revision })
  }

  /** Of the family that has a series of this name. */
  find(name: string): FamilyMetadata {
    if (this.#families.size === 0) return noMetadata
    const family = name.replace(/_(?:total|bucket|count|sum|created|info|gcount|gsum)$/, '')
    return this.#families.get(name) ?? this.#families.get(family) ?? noMetadata
  }
}

export type TextPlace = { at: number; length: number }

export function textOf(view: DataView, { at, length }: TextPlace): string {
  return Buffer.from(view.buffer, view.byteOffset + at, length).toString()
}

/** Kept beyond the request; a cut within a character shows as U+FFFD. */
export function keptText(view: DataView, { at, length }: TextPlace): DataView {
  return copyOf(view, at, Math.min(length, textMaxBytes))
}

function isSame(a: DataView, b: DataView): boolean {
  return Buffer.from(a.buffer).equals(Buffer.from(b.buffer))
}
