import type { Expression } from '../parse/ast.ts'
import type { Annotation, Annotations } from './annotations.ts'
import type { Grid, GridSeries, GridValue } from './grid.ts'
import { emptySeries, noPoint, type PointValue, setPoint } from './grid.ts'
import { compareLabels, dropMetadata, type Labels, noLabels } from './labels.ts'
import type { EvaluateOptions } from './options.ts'
import type { SeriesSource } from './series-source.ts'

/** Thrown inside the evaluator only; the query's door hands it out as a value. */
export class QueryFailure extends Error {
  readonly failure: 'bad-query' | 'limit' | 'timeout' | 'canceled'

  constructor(failure: QueryFailure['failure'], message: string) {
    super(message)
    this.failure = failure
  }
}

export const duplicateLabels = (): QueryFailure =>
  new QueryFailure('bad-query', 'vector cannot contain metrics with the same labelset')

/** The times of the whole query, which `start()`, `end()`, `step()`, `range()` mean wherever they stand. */
export type QueryTimes = { readonly startMs: number; readonly endMs: number; readonly stepMs: number }

/**
 * The seam of the pushdown pass: it is offered every node before the plain evaluator takes it, outermost first, and
 * answers with the node's value over the grid or with undefined. What it gives, says and counts must be what the plain
 * evaluator does.
 */
export type Elsewhere = (
  expression: Expression,
  grid: Grid,
  evaluation: Evaluation,
) => Promise<GridValue | undefined> | undefined

/** Everything a node needs beside its children. One for each query. */
export type Evaluation = {
  readonly source: SeriesSource
  readonly elsewhere: Elsewhere | undefined
  readonly options: EvaluateOptions
  readonly query: QueryTimes
  readonly annotations: Annotations
  readonly budget: Budget
  /** Selectors whose histograms are only asked for count and sum. */
  readonly countsOnly: ReadonlySet<Expression>
}

export const annotate = (evaluation: Evaluation, annotation: Annotation): void => evaluation.annotations.add(annotation)

/** Counts what a query uses and stops it at its limits. */
export class Budget {
  private readonly samplesMax: number
  private readonly deadlineMs: number
  private readonly nowMs: () => number
  readonly signal: AbortSignal
  private lastBreathMs: number
  private asked = 0
  samplesRead = 0
  seriesRead = 0
  private points = 0

  constructor(options: EvaluateOptions, nowMs: () => number, signal: AbortSignal) {
    this.samplesMax = options.samplesMax
    this.nowMs = nowMs
    this.signal = signal
    this.lastBreathMs = nowMs()
    this.deadlineMs = this.lastBreathMs + options.timeoutMs
  }

  /** Samples read, or points made: both are memory. */
  spend(samples: number): void {
    this.points += samples
    if (this.points > this.samplesMax)
      throw new QueryFailure(
        'limit',
        `query processing would load too many samples into memory in query execution: more than ${this.samplesMax}; ` +
          'ask for a shorter time, a longer step or fewer series',
      )
  }

  /** Columns that a node is about to make: series times steps, whether they will be filled or not. */
  reserve(points: number): void {
    if (points > this.samplesMax)
      throw new QueryFailure(
        'limit',
        `query would make ${points} points (series times steps), the limit is ${this.samplesMax}; ` +
          'use a longer step or ask for fewer series',
      )
  }

  /** To be asked in every loop that may be long; then `breathe` is due. */
  isDue(): boolean {
    this.asked++
    return this.asked % 16 === 0 && this.isLate()
  }

  /** The same of what takes long enough for a look at the clock each time. */
  isLate(): boolean {
    return this.nowMs() - this.lastBreathMs > 10
  }

  /** Lets others run, so that a query does not hold up the process and hears when it is no longer wanted. */
  async breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.lastBreathMs = this.nowMs()
    this.check()
  }

  check(): void {
    if (this.signal.aborted) throw new QueryFailure('canceled', 'query was canceled in query execution')
    if (this.nowMs() > this.deadlineMs) throw new QueryFailure('timeout', 'query timed out in query execution')
  }
}

/**
 * Puts points of steps together into series by their labels. Two points of the same labels at one step are a fault of
 * the query. Series come in the order they were met.
 */
export class SeriesCollector {
  private readonly byKey = new Map<string, GridSeries>()
  private readonly grid: Grid

  constructor(grid: Grid) {
    this.grid = grid
  }

  set(step: number, labels: Labels, dropName: boolean, value: PointValue): void {
    let series = this.byKey.get(labels.key)
    if (series === undefined) {
      series = emptySeries(labels, dropName, this.grid.steps)
      this.byKey.set(labels.key, series)
    }
    if (series.present[step] !== noPoint) throw duplicateLabels()
    setPoint(series, step, value)
  }

  get series(): readonly GridSeries[] {
    return [...this.byKey.values()]
  }
}

/** Labels of a series whose meaning changed: at once without a name, or marked to lose it at the end. */
export function labelsAfter(labels: Labels, evaluation: Evaluation): Labels {
  return evaluation.options.delayedNameRemoval ? labels : dropMetadata(labels)
}

/** Series that have the same labels made one, which only works while they do not overlap in time. */
export function mergeSameLabels(series: readonly GridSeries[]): readonly GridSeries[] {
  // Most come in the order of their labels, which tells more quickly than keys that all are different.
  if (series.every(({ labels }, i) => i === 0 || compareLabels(series[i - 1]?.labels ?? noLabels, labels) < 0))
    return series
  const byKey = new Map<string, GridSeries>()
  for (const each of series) {
    const first = byKey.get(each.labels.key)
    if (first === undefined) byKey.set(each.labels.key, each)
    else byKey.set(each.labels.key, mergeTwo(first, each))
  }
  return byKey.size === series.length ? series : [...byKey.values()]
}

function mergeTwo(a: GridSeries, b: GridSeries): GridSeries {
  const merged: GridSeries = {
    ...a,
    values: a.values.slice(),
    present: a.present.slice(),
    histograms: a.histograms === undefined ? undefined : [...a.histograms],
  }
  b.present.forEach((present, step) => {
    if (present === noPoint) return
    if (merged.present[step] !== noPoint) throw duplicateLabels()
    const value = b.histograms?.[step] ?? b.values[step]
    if (value !== undefined) setPoint(merged, step, value)
  })
  return merged
}
