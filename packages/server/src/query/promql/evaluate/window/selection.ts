import { type Grouped, type Grouping, groupingName, groupsOf, withoutMetadata } from '../grouping.ts'
import { dropMetadata, type Labels, metricName, noLabels, numberOfMetadata } from '../labels.ts'
import type { SampleSeries } from '../series-source.ts'
import { splitSamples, type WindowSeries } from './samples.ts'

/**
 * What range functions make of a list of series. A source that keeps its samples gives the same list again, and then all of
 * this holds still: ten thousand series are not looked at one by one only to find their names and groups again.
 */
export class Selection {
  readonly series: readonly WindowSeries[]
  readonly useStarts: boolean
  #bare: (Labels | undefined)[] | undefined
  #name: string | undefined
  #hasHistograms: boolean | undefined
  readonly #grouped = new Map<string, Grouped>()

  constructor(series: readonly WindowSeries[], useStarts: boolean) {
    this.series = series
    this.useStarts = useStarts
  }

  /**
   * The labels of one of them without the name of the metric, made when first asked for: `topk` asks for a few of ten
   * thousand, and what shows all of them is asked again and again.
   */
  bareAt(place: number): Labels {
    this.#bare ??= new Array<Labels | undefined>(this.series.length)
    const labels = this.#bare[place] ?? dropMetadata(this.series[place]?.labels ?? noLabels)
    this.#bare[place] = labels
    return labels
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
    let last = noLabels
    const isLike = ({ labels }: WindowSeries): boolean => {
      const isLikeLast = labels.isBeside(last)
      last = labels
      return isLikeLast || (metricName(labels) === name && numberOfMetadata(labels) === 1)
    }
    return this.series.every(isLike) ? name : ''
  }

  get hasHistograms(): boolean {
    this.#hasHistograms ??= this.series.some(({ histograms }) => histograms.length > 0)
    return this.#hasHistograms
  }

  /** `isBare`: by their labels without the name of the metric. */
  grouped(grouping: Grouping, isBare: boolean): Grouped {
    const key = `${isBare} ${groupingName(grouping)}`
    const known = this.#grouped.get(key)
    if (known !== undefined) return known
    if (this.#grouped.size >= groupingsKept) this.#grouped.clear()
    const grouped = groupsOf(this.series, isBare ? withoutMetadata(grouping) : grouping)
    this.#grouped.set(key, grouped)
    return grouped
  }
}

const groupingsKept = 4

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
