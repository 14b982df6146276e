import { type Labels, metricNameLabel } from '../packages/server/src/query/promql/evaluate/labels.ts'
import { type MemorySample, MemorySource } from '../packages/server/src/query/promql/script/memory-source.ts'
import { quote } from '../packages/server/src/store/bind.ts'

type Float = Exclude<MemorySample, { kind: 'histogram' }>

/** Series as rows of our tables, put in by `flush`; what those do not hold as it is meant stays in `memory`. */
export class StoreRows {
  memory = new MemorySource()
  readonly #insert: (sql: string) => void
  /** On which the series are said to be. */
  readonly #day: string
  readonly #ids = new Map<string, number>()
  readonly #times = new Set<string>()
  #series: string[] = []
  #samples: string[] = []

  constructor(insert: (sql: string) => void, day: string) {
    this.#insert = insert
    this.#day = day
  }

  clear(): void {
    for (const table of this.#ids.size === 0 ? [] : ['series', 'samples']) this.#insert(`TRUNCATE TABLE ${table}`)
    this.#ids.clear()
    this.#times.clear()
    this.#series = []
    this.#samples = []
    this.memory = new MemorySource()
  }

  add(labels: Labels, samples: readonly MemorySample[]): void {
    if (
      !samples.every(isStorable) ||
      !labels.pairs.every(([name]) => /^[a-zA-Z][a-zA-Z0-9_]*$|^__name__$/.test(name))
    ) {
      this.memory.add(labels, samples)
      return
    }
    const known = this.#ids.get(labels.key)
    const id = known ?? this.#ids.size + 1
    this.#ids.set(labels.key, id)
    if (known === undefined) this.#series.push(seriesRow(id, labels, this.#day))
    for (const sample of samples) {
      const place = `${id} ${sample.timeMs}`
      if (this.#times.has(place)) continue
      this.#times.add(place)
      this.#samples.push(sampleRow(id, sample))
    }
  }

  flush(): void {
    if (this.#series.length > 0) this.#insert(`INSERT INTO series VALUES ${this.#series.join(', ')}`)
    if (this.#samples.length > 0) this.#insert(`INSERT INTO samples VALUES ${this.#samples.join(', ')}`)
    this.#series = []
    this.#samples = []
  }
}

function isStorable(sample: MemorySample): sample is Float {
  return sample.kind !== 'histogram' && sample.timeMs >= 0 && (sample.kind === 'stale' || sample.startMs >= 0)
}

function seriesRow(id: number, { pairs }: Labels, day: string): string {
  const metric = pairs.find(([name]) => name === metricNameLabel)?.[1] ?? ''
  const attributes = pairs.filter(([name]) => name !== metricNameLabel).flatMap((pair) => pair.map(quote))
  return `(${id}, ${quote(day)}, ${quote(metric)}, 'gauge', '', false, 'd', '', '', '', 1, 1, map(${attributes.join(', ')}), '')`
}

/** Written as it is read: a function would be evaluated for each row, a minute for the rows of a suite. */
const moment = (ms: number): string => quote(new Date(ms).toISOString().replace('T', ' ').slice(0, -1))

function sampleRow(id: number, sample: MemorySample): string {
  const isStale = sample.kind !== 'float'
  const value = isStale ? 0 : Object.is(sample.value, -0) ? '-0.' : String(sample.value).replace('Infinity', 'inf')
  return `(${id}, ${moment(sample.timeMs)}, ${moment(isStale ? 0 : sample.startMs)}, ${value}, ${isStale ? 1 : 0})`
}
