import { isMetadata, type Label, type LabelsSource } from '../promql/evaluate/labels.ts'
import { type Origins, unknownOrigin } from './origin.ts'
import type { SeriesTable } from './series-rows.ts'

/** Where a label's value is: the same for all, in what the series' resource says, or in the series' own attributes, by place. */
type Source = {
  readonly name: string
  readonly label: Label | undefined
  readonly origin: number
  readonly own: number
  readonly met: LabelsMet
}

export const sourceOf = (name: string, { label, origin = -1, own = -1 }: Partial<Source>): Source => ({
  name,
  label,
  origin,
  own,
  met: new LabelsMet(),
})

/** Labels of one name: where they have few values (`status`), one object for each, which takes less memory and is compared at once. */
class LabelsMet {
  readonly #labels = new Map<string, Label>()

  label(name: string, value: string): Label {
    if (this.#labels.size > valuesMet) return [name, value]
    const known = this.#labels.get(value)
    if (known !== undefined) return known
    const label: Label = [name, value]
    this.#labels.set(value, label)
    return label
  }
}

/** Where there are more, most series have a value of their own (`pod`), and looking for it would be for nothing. */
const valuesMet = 100

/**
 * The labels of stored series that have the same keys and are asked for by the same name, each at its row's place:
 *
 *   __name__  the same for all
 *   job       of the row's resource
 *   n status  of the row's own values
 */
export class Layout implements LabelsSource {
  readonly names: readonly string[]
  readonly #sources: readonly Source[]
  readonly #table: SeriesTable
  readonly #origins: Origins
  #bare: Layout | undefined

  /** `sources` in order of their names. */
  constructor(sources: readonly Source[], table: SeriesTable, origins: Origins) {
    this.names = sources.map(({ name }) => name)
    this.#sources = sources
    this.#table = table
    this.#origins = origins
  }

  valueAt(place: number, depth: number): string {
    const source = this.#sources[depth]
    if (source === undefined) return ''
    return source.own < 0 ? this.#shared(source, place)[1] : this.#table.values.text(place, source.own)
  }

  /** What many series have in common is one label for all: their name, what comes from where they were made, and few values of one name. */
  pairsAt(place: number): readonly Label[] {
    const pairs = new Array<Label>(this.#sources.length)
    for (let depth = 0; depth < pairs.length; depth++) {
      const source = this.#sources[depth]
      if (source !== undefined) pairs[depth] = this.#labelOf(source, place)
    }
    return pairs
  }

  /** Whether no label of the row is empty, which is the same as missing. */
  isWholeAt(place: number): boolean {
    return this.#sources.every(({ own }) => own < 0 || this.#table.values.hasText(place, own))
  }

  /** Those that are not empty. */
  shownAt(place: number): readonly Label[] {
    return this.pairsAt(place).filter(([, value]) => value !== '')
  }

  withoutMetadata(): Layout {
    this.#bare ??= new Layout(
      this.#sources.filter(({ name }) => !isMetadata(name)),
      this.#table,
      this.#origins,
    )
    return this.#bare
  }

  #labelOf(source: Source, place: number): Label {
    const { name, own, met } = source
    return own < 0 ? this.#shared(source, place) : met.label(name, this.#table.values.text(place, own))
  }

  #shared({ name, label, origin }: Source, place: number): Label {
    if (label !== undefined) return label
    const { labels } = this.#origins.get(this.#table.resources[place] ?? '') ?? unknownOrigin
    return labels[origin] ?? [name, '']
  }
}
