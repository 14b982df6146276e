import { dropMetadata, type Labels, metricName } from '../labels.ts'
import type { SampleSeries } from '../series-source.ts'
import { splitSamples, type WindowSeries } from './samples.ts'

/**
 * What range functions make of a list of series. A source that keeps its samples gives the same list again, and then all of
 * this holds still: ten thousand series are not looked at one by one only to find their names and groups again.
 */
export class Selection {
  readonly series: readonly WindowSeries[]
  readonly useStarts: boolean
  #bare: readonly Labels[] | undefined
  #name: string | undefined
  #hasHistograms: boolean | undefined
  readonly #grouped = new Map<string, Grouped>()

  constructor(series: readonly WindowSeries[], useStarts: boolean) {
    this.series = series
    this.useStarts = useStarts
  }

  /** Their labels without the name of the metric. */
  get bare(): readonly Labels[] {
    this.#bare ??= this.series.map(({ labels }) => dropMetadata(labels))
    return this.#bare
  }

  /**
   * The metric all are of, when they lose no more than its name: then they are as different without it. Empty where they
   * are not alike.
   */
  get name(): string {
    this.#name ??= this.#nameOfAll()
    return this.#name
  }

  #nameOfAll(): string {
    const name = this.series[0] === undefined ? '' : metricName(this.series[0].labels)
    const isLike = ({ labels }: WindowSeries, i: number): boolean =>
      metricName(labels) === name && this.bare[i]?.pairs.length === labels.pairs.length - 1
    return this.series.every(isLike) ? name : ''
  }

  get hasHistograms(): boolean {
    this.#hasHistograms ??= this.series.some(({ histograms }) => histograms.length > 0)
    return this.#hasHistograms
  }

  /** `groupOf` takes the labels, bare or whole, of one series. */
  grouped(name: string, isBare: boolean, groupOf: (labels: Labels) => Labels): Grouped {
    const key = `${isBare} ${name}`
    const known = this.#grouped.get(key)
    if (known !== undefined) return known
    if (this.#grouped.size >= groupingsKept) this.#grouped.clear()
    const grouped = group(isBare ? this.bare : this.series.map(({ labels }) => labels), groupOf)
    this.#grouped.set(key, grouped)
    return grouped
  }
}

const groupingsKept = 4

/** Groups, and of each series the place of its own among them. */
export type Grouped = { readonly groups: readonly Labels[]; readonly of: Uint32Array }

function group(all: readonly Labels[], groupOf: (labels: Labels) => Labels): Grouped {
  const groups: Labels[] = []
  const places = new Map<string, number>()
  const of = Uint32Array.from(all, (labels) => {
    const each = groupOf(labels)
    const known = places.get(each.key)
    if (known !== undefined) return known
    places.set(each.key, groups.length)
    return groups.push(each) - 1
  })
  return { groups, of }
}

const selections = new WeakMap<readonly SampleSeries[], Selection>()

export function selectionOf(selected: readonly SampleSeries[], useStarts: boolean): Selection {
  const known = selections.get(selected)
  if (known?.useStarts === useStarts) return known
  const selection = new Selection(
    selected.map((each) => splitSamples(each, useStarts)),
    useStarts,
  )
  selections.set(selected, selection)
  return selection
}
