import { annotationSentence } from '../promql/evaluate/annotations.ts'
import { QueryFailure } from '../promql/evaluate/evaluation.ts'
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
import type { Running } from '../run.ts'
import { gridFunctions } from './grid-functions.ts'
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
import type { SampleRange } from './plan.ts'
import { seriesFinder, storeSource } from './source.ts'

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

export type Answered = { value: QueryValue; warnings: readonly string[]; infos: readonly string[] }
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
}

export type PrometheusOptions = {
  /** Series that one selector may find. */
  querySeriesMax: number
  /** Samples that one query may read, and points it may make. */
  querySamplesMax: number
  queryTimeoutMs: number
}

/** `pushdown`: what the engine can compute by itself it does; without, the plain evaluator does all. */
export function openPrometheus(options: PrometheusOptions & { pushdown: boolean }, nowMs: () => number): Prometheus {
  const limits = { seriesMax: options.querySeriesMax, samplesMax: options.querySamplesMax }
  const ask = async (
    { expression, text, lookbackMs, timeoutMs }: InstantAsk | RangeAsk,
    running: Running,
    run: (input: QueryInput) => Promise<QueryAnswer | QueryError>,
  ): Promise<Answered | Failed> => {
    const find = seriesFinder(running, limits)
    const source = storeSource(running, limits, find)
    const elsewhere = options.pushdown ? gridFunctions(running, limits, find) : undefined
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
      ...(elsewhere !== undefined && { elsewhere }),
    })
    if (answer.kind === 'query-error') return { failed: answer.failure, message: answer.message }
    const said = (kind: 'warning' | 'info'): string[] =>
      answer.annotations.filter((each) => each.kind === kind).map((each) => annotationSentence(each, text))
    return { value: answer.value, warnings: [...said('warning'), ...source.warnings()], infos: said('info') }
  }
  return {
    instant: (asked, running) => ask(asked, running, (input) => runInstantQuery(input, asked.timeMs)),
    range: (asked, running) => ask(asked, running, (input) => runRangeQuery(input, asked)),
    series: (asked, running) => caught(async () => ({ series: await askSeries(asked, running, limits) })),
    labelNames: (asked, running) => caught(async () => ({ names: await askLabelNames(asked, running, limits) })),
    labelValues: (asked, running) =>
      caught(async () => ({ values: await askLabelValues(asked, asked.label, running, limits) })),
    metadata: askMetadata,
    exemplars: (asked, running) => caught(async () => ({ exemplars: await askExemplars(asked, running, limits) })),
  }
}

async function caught<Answer>(ask: () => Promise<Answer>): Promise<Answer | Failed> {
  try {
    return await ask()
  } catch (thrown) {
    if (thrown instanceof QueryFailure) return { failed: thrown.failure, message: thrown.message }
    throw thrown
  }
}
