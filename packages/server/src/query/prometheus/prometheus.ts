import { annotationSentence } from '../promql/evaluate/annotations.ts'
import { type Elsewhere, QueryFailure } from '../promql/evaluate/evaluation.ts'
import { defaultEvaluateOptions, type EvaluateOptions } from '../promql/evaluate/options.ts'
import {
  type QueryAnswer,
  type QueryError,
  type QueryInput,
  type QueryValue,
  runInstantQuery,
  runRangeQuery,
} from '../promql/evaluate/query.ts'
import type { Expression, LabelMatcher } from '../promql/parse/ast.ts'
import { type UnitsOfMetrics, unitOf } from '../promql/unit.ts'
import type { Running } from '../run.ts'
import type { Explained, ExplainedStep } from './explained.ts'
import { type GridStore, gridFunctions } from './grid-functions.ts'
import {
  askExemplars,
  askLabelNames,
  askLabelValues,
  askMetadata,
  askSeries,
  type Exemplars,
  type LabelsOf,
  type MetricMetadata,
} from './metadata.ts'
import { MetricsAhead } from './metrics-ahead.ts'
import { type Part, partsInRange, readParts } from './parts.ts'
import type { SampleRange } from './plan.ts'
import { SampleCache } from './sample-cache.ts'
import { SamplesAhead } from './samples-ahead.ts'
import { SeriesCache } from './series-cache.ts'
import {
  type Finding,
  type FoundSeries,
  type SourceLimits,
  type StoreAsk,
  type StoreSource,
  storeSource,
} from './source.ts'
import { askStatistics, type SeriesStatistics } from './statistics.ts'

/** What may be changed from one question to the next. */
export type QueryChoices = { lookbackMs?: number | undefined; timeoutMs?: number | undefined }
export type InstantAsk = QueryChoices & { expression: Expression; text: string; timeMs: number }
export type RangeAsk = QueryChoices & {
  expression: Expression
  text: string
  startMs: number
  endMs: number
  stepMs: number
}

export type Answered = {
  value: QueryValue
  warnings: readonly string[]
  infos: readonly string[]
  explained: Explained
}
export type Failed = { failed: QueryError['failure']; message: string }

export function isFailed<Answer extends object>(answer: Answer | Failed): answer is Failed {
  return 'failed' in answer
}

/** Series that fit one of the selectors; all series without any. */
export type SeriesAsk = { selectors: readonly (readonly LabelMatcher[])[]; range: SampleRange }

/**
 * PromQL over the store: one method for each endpoint of Prometheus' API that reads. What is asked wrongly comes back
 * as `Failed`; what the engine stopped is thrown as the store's errors.
 */
export type Prometheus = {
  instant(ask: InstantAsk, running: Running): Promise<Answered | Failed>
  range(ask: RangeAsk, running: Running): Promise<Answered | Failed>
  series(ask: SeriesAsk, running: Running): Promise<{ series: readonly LabelsOf[] } | Failed>
  labelNames(ask: SeriesAsk, running: Running): Promise<{ names: readonly string[] } | Failed>
  labelValues(ask: SeriesAsk & { label: string }, running: Running): Promise<{ values: readonly string[] } | Failed>
  metadata(range: SampleRange, running: Running): Promise<ReadonlyMap<string, readonly MetricMetadata[]>>
  exemplars(ask: SeriesAsk, running: Running): Promise<{ exemplars: readonly Exemplars[] } | Failed>
  /** With the `most` greatest of each list. */
  statistics(range: SampleRange, most: number, running: Running): Promise<SeriesStatistics>
}

export type PrometheusOptions = {
  /** Series that one selector may find. */
  querySeriesMax: number
  /** Samples that one query may read, and points it may make. */
  querySamplesMax: number
  queryTimeoutMs: number
}

/** How much is asked of the engine, and how much is kept in memory for the next question. */
export type Speed = {
  /** From so many samples on the engine computes what it can by itself; 0 for always, Infinity for never. */
  pushdownFromSamples: number
  /** Of samples read lately; 0 for none. */
  samplesKeptMaxBytes: number
}

/** Below, samples fit in memory, and questions on them after the first cost next to nothing. */
const pushdownFromSamples = 5_000_000
const samplesKeptMaxBytes = 96 * 1024 * 1024
export const usualSpeed: Speed = { pushdownFromSamples, samplesKeptMaxBytes }

export function openPrometheus(options: PrometheusOptions, speed: Speed, nowMs: () => number): Prometheus {
  const limits = { seriesMax: options.querySeriesMax, samplesMax: options.querySamplesMax }
  const openSource = openSources(limits, speed, nowMs)
  const ask = async (
    { expression, text, lookbackMs, timeoutMs }: InstantAsk | RangeAsk,
    running: Running,
    run: (input: QueryInput) => Promise<QueryAnswer | QueryError>,
  ): Promise<Answered | Failed> => {
    const { source, elsewhere, steps, units, close } = openSource(running)
    const startedMs = performance.now()
    const evaluate: EvaluateOptions = {
      ...defaultEvaluateOptions,
      ...limits,
      ...(lookbackMs !== undefined && { lookbackMs }),
      timeoutMs: Math.min(timeoutMs ?? options.queryTimeoutMs, options.queryTimeoutMs),
    }
    const answer = await run({
      expression,
      source,
      options: evaluate,
      nowMs,
      signal: running.signal,
      elsewhere,
    }).finally(close)
    if (answer.kind === 'query-error') return { failed: answer.failure, message: answer.message }
    const said = (kind: 'warning' | 'info'): string[] =>
      answer.annotations.filter((each) => each.kind === kind).map((each) => annotationSentence(each, text))
    const { value, samplesRead, seriesRead } = answer
    const elapsedMs = performance.now() - startedMs
    const unit = unitOf(expression, await units())
    const explained = { steps, unit, samplesRead, seriesRead, elapsedMs }
    return { value, warnings: [...said('warning'), ...source.warnings()], infos: said('info'), explained }
  }
  return {
    instant: (asked, running) => ask(asked, running, (input) => runInstantQuery(input, asked.timeMs)),
    range: (asked, running) => ask(asked, running, (input) => runRangeQuery(input, asked)),
    series: (asked, running) => caught(async () => ({ series: await askSeries(asked, running, limits) })),
    labelNames: (asked, running) => caught(async () => ({ names: await askLabelNames(asked, running, limits) })),
    labelValues: (asked, running) =>
      caught(async () => ({ values: await askLabelValues(asked, asked.label, running, limits) })),
    metadata: askMetadata,
    statistics: askStatistics,
    exemplars: (asked, running) => caught(async () => ({ exemplars: await askExemplars(asked, running, limits) })),
  }
}

/** What an evaluator needs of the store to answer one question; what it reads is kept for the next. `close` it afterwards. */
export function openSources(limits: SourceLimits, speed: Speed, nowMs: () => number): (running: Running) => Sources {
  const caches: Caches = { series: new SeriesCache(), samples: new SampleCache(speed.samplesKeptMaxBytes), listed: [] }
  return (running) => {
    const steps: ExplainedStep[] = []
    const note = (step: ExplainedStep): void => void steps.push(step)
    const store = storeFor(running, limits, { speed, caches, nowMs, note })
    const { units, close } = store
    return { source: storeSource(store), elsewhere: gridFunctions(store), steps, units, close }
  }
}

type Sources = {
  source: StoreSource
  elsewhere: Elsewhere
  steps: readonly ExplainedStep[]
  /** Of the metrics found so far. */
  units: () => Promise<UnitsOfMetrics>
  close: () => void
}
/** `listed`: the parts that the last question saw. */
type Caches = { series: SeriesCache; samples: SampleCache; listed: readonly Part[] }

/** The store as one question sees it: the parts there are when it first asks, and each selector found once. */
function storeFor(
  running: Running,
  limits: SourceLimits,
  { speed, caches, nowMs, note }: { speed: Speed; caches: Caches; nowMs: () => number; note: StoreAsk['note'] },
): StoreAsk & GridStore & Pick<Sources, 'units' | 'close'> {
  let listed: Promise<readonly Part[]> | undefined
  const list = async (): Promise<readonly Part[]> => {
    caches.listed = await readParts(['series', 'samples'], running)
    return caches.listed
  }
  const parts = (): Promise<readonly Part[]> => {
    listed ??= list()
    return listed
  }
  const { pushdownFromSamples: from } = speed
  const aheads: SamplesAhead[] = []
  const aheadOf = new Map<FoundSeries, SamplesAhead>()
  const findNew = async (matchers: readonly LabelMatcher[], range: SampleRange): Promise<FoundSeries> => {
    const before = caches.listed
    const listing = parts()
    const isEarly = before.length > 0 && !caches.series.knows(matchers, range)
    const metrics = isEarly ? new MetricsAhead(range, before, running) : undefined
    const reading = { running, limits, parts: await listing }
    const of = (series: number): number => samplesAbout(series, range, reading.parts, nowMs())
    const ahead = new SamplesAhead(range, reading, { of, below: from })
    aheads.push(ahead)
    const unknown = (): Finding => ({ ...ahead.begin(), metrics: metrics?.of(reading.parts) })
    const series = await caches.series.find(matchers, range, { ...reading, unknown })
    if (ahead.runs !== undefined) aheadOf.set(series, ahead)
    return series
  }
  const found = new Map<string, Promise<FoundSeries>>()
  return {
    running,
    limits,
    note,
    units: async () => {
      const selected = await Promise.all(found.values())
      // A selector means one metric or a few: whether they are alike its first series tells.
      const first = selected.flatMap((each) => each.found.slice(0, 1).map(({ row }) => row.metric))
      return new Map(first.filter(({ unit }) => unit !== '').map(({ metric, unit }) => [metric, unit]))
    },
    close: () => {
      for (const ahead of aheads) ahead.leave()
    },
    find: (matchers, range) => {
      const key = JSON.stringify([matchers, range.afterMs, range.untilMs])
      const known = found.get(key) ?? findNew(matchers, range)
      found.set(key, known)
      return known
    },
    readPlain: async (selected, range) =>
      caches.samples.read(selected, range, { running, limits, parts: await parts(), ahead: aheadOf.get(selected) }),
    isWorthIt: async (selected, range) => {
      if (from === 0 || from === Infinity) return from === 0
      const all = await parts()
      // A cluster does not show its parts here: what its nodes compute does not have to travel.
      return all.length === 0 || samplesAbout(selected.found.length, range, all, nowMs()) >= from
    },
  }
}

/** As if all series of these days had been sampled equally often, and on the last of them until now. */
function samplesAbout(selected: number, range: SampleRange, parts: readonly Part[], nowMs: number): number {
  const count = (all: readonly Part[]): number => all.reduce((sum, { rows }) => sum + rows, 0)
  const ofDays = partsInRange(parts, 'samples', range)
  const days = [...new Set(ofDays.map(({ partition }) => partition))]
  const lengthMs = days.reduce((sum, day) => sum + Math.min(dayMs, Math.max(1, nowMs - startOfDay(day))), 0)
  const series = count(partsInRange(parts, 'series', range)) / Math.max(days.length, 1)
  const isSelected = Math.min(1, selected / Math.max(series, 1))
  return count(ofDays) * isSelected * Math.min(1, (range.untilMs - range.afterMs) / Math.max(lengthMs, 1))
}

const dayMs = 86_400_000
const startOfDay = (partition: string): number =>
  Date.UTC(Number(partition.slice(0, 4)), Number(partition.slice(4, 6)) - 1, Number(partition.slice(6, 8)))

async function caught<Answer>(ask: () => Promise<Answer>): Promise<Answer | Failed> {
  try {
    return await ask()
  } catch (thrown) {
    if (thrown instanceof QueryFailure) return { failed: thrown.failure, message: thrown.message }
    throw thrown
  }
}
