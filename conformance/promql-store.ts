import { mergeAlike } from '../packages/server/src/query/prometheus/columns.ts'
import { openSources, type Speed } from '../packages/server/src/query/prometheus/prometheus.ts'
import type { Elsewhere } from '../packages/server/src/query/promql/evaluate/evaluation.ts'
import { type Labels, metricNameLabel } from '../packages/server/src/query/promql/evaluate/labels.ts'
import type { SeriesSource } from '../packages/server/src/query/promql/evaluate/series-source.ts'
import { childrenOf, type Expression, type LabelMatcher } from '../packages/server/src/query/promql/parse/ast.ts'
import { type MemorySample, MemorySource } from '../packages/server/src/query/promql/script/memory-source.ts'
import type { ScriptHome } from '../packages/server/src/query/promql/script/run-script.ts'
import { openTestWorld } from '../packages/server/src/query/test-world/world.case.ts'
import { quote } from '../packages/server/src/store/bind.ts'

/**
 * The series of a script in the real store, as gauges of a sender that said nothing of itself, asked in two ways: samples
 * read and kept, and whatever the engine can compute computed there.
 *
 * What the store does not hold as a script means it stays in memory beside: native histograms whose counts are no whole
 * numbers or whose hints are said, with all samples of their series; labels that OTLP's rules would rename; times before
 * 1970. A selector that finds any of these is not pushed down.
 */
export async function openPromqlStore(): Promise<{ homes: readonly ScriptHome[]; close(): Promise<void> }> {
  const world = await openTestWorld()
  const limits = { seriesMax: 100_000, samplesMax: 10_000_000 }
  const ways: readonly { name: string; speed: Speed }[] = [
    { name: 'the store', speed: { pushdownFromSamples: Infinity, samplesKeptMaxBytes: 100_000_000 } },
    { name: 'the engine', speed: { pushdownFromSamples: 0, samplesKeptMaxBytes: 0 } },
  ]
  const rows = new Rows((sql) => world.insert(sql))
  const sources = ways.map(({ name, speed }) => ({ name, open: openSources(limits, speed, Date.now) }))
  const homes = sources.map(
    ({ name, open }, i): ScriptHome => ({
      name,
      // Both ask the same tables: the first of them fills these.
      add: (labels, samples) => void (i === 0 && rows.add(labels, samples)),
      clear: () => void (i === 0 && rows.clear()),
      open: () => {
        rows.flush()
        return beside(open(world.query.running({})), rows.memory)
      },
    }),
  )
  return { homes, close: () => world.close() }
}

type Opened = { source: SeriesSource; elsewhere: Elsewhere }

function beside({ source, elsewhere }: Opened, memory: MemorySource): Opened {
  const always = { afterMs: -Infinity, untilMs: Infinity, stepMs: 0, rangeMs: 0, functionName: '' }
  const isInMemory = async (expression: Expression, signal: AbortSignal): Promise<boolean> => {
    for (const matchers of selectorsIn(expression))
      if ((await memory.select({ matchers, ...always })).length > 0) return true
    return signal.aborted
  }
  return {
    source: {
      select: async (request, signal) => {
        // A series of which one load had floats and another histograms is in both.
        return mergeAlike([...(await source.select(request, signal)), ...(await memory.select(request))]).series
      },
    },
    elsewhere: async (expression, grid, evaluation) =>
      (await isInMemory(expression, evaluation.budget.signal)) ? undefined : elsewhere(expression, grid, evaluation),
  }
}

function selectorsIn(expression: Expression): (readonly LabelMatcher[])[] {
  return expression.kind === 'vector-selector' ? [expression.matchers] : childrenOf(expression).flatMap(selectorsIn)
}

type Float = Exclude<MemorySample, { kind: 'histogram' }>

/** Rows of the tables, put in before the next question. */
class Rows {
  memory = new MemorySource()
  readonly #insert: (sql: string) => void
  readonly #ids = new Map<string, number>()
  readonly #times = new Set<string>()
  #series: string[] = []
  #samples: string[] = []

  constructor(insert: (sql: string) => void) {
    this.#insert = insert
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
    if (known === undefined) this.#series.push(seriesRow(id, labels))
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

function seriesRow(id: number, { pairs }: Labels): string {
  const metric = pairs.find(([name]) => name === metricNameLabel)?.[1] ?? ''
  const attributes = pairs.filter(([name]) => name !== metricNameLabel).flatMap((pair) => pair.map(quote))
  return `(${id}, '1970-01-01', ${quote(metric)}, 'gauge', '', false, 'd', '', '', '', 1, 1, map(${attributes.join(', ')}), '')`
}

const moment = (ms: number): string => `fromUnixTimestamp64Milli(${ms}, 'UTC')`

function sampleRow(id: number, sample: MemorySample): string {
  const isStale = sample.kind !== 'float'
  const value = isStale ? 0 : Object.is(sample.value, -0) ? '-0.' : String(sample.value).replace('Infinity', 'inf')
  return `(${id}, ${moment(sample.timeMs)}, ${moment(isStale ? 0 : sample.startMs)}, ${value}, ${isStale ? 1 : 0})`
}
