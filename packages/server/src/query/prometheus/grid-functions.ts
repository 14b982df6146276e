import { possibleNonCounter } from '../promql/evaluate/annotations.ts'
import {
  annotate,
  duplicateLabels,
  type Elsewhere,
  type Evaluation,
  labelsAfter,
  mergeSameLabels,
} from '../promql/evaluate/evaluation.ts'
import {
  countPoints,
  emptySeries,
  endOf,
  floatPoint,
  type Grid,
  type GridSeries,
  type VectorValue,
} from '../promql/evaluate/grid.ts'
import { metricName } from '../promql/evaluate/labels.ts'
import { staleKinds, staleSample } from '../promql/evaluate/series-source.ts'
import { lengthMs, momentsOf } from '../promql/evaluate/timing.ts'
import { type Call, type Expression, type RangeSelector, withoutParens } from '../promql/parse/ast.ts'
import { printExpression } from '../promql/parse/print.ts'
import type { Running } from '../run.ts'
import type { ExplainedStep } from './explained.ts'
import type { Exposed } from './exposed.ts'
import { type GridFunction, gridSql, type SampleRange, seriesPicked } from './plan.ts'
import { idOf } from './series-rows.ts'
import { type FindSeries, type FoundSeries, type SourceLimits, tooManySamples } from './source.ts'

/**
 * The pushdown pass: `rate`, `increase` and `delta` of a selector are computed by the engine, so that points come out of
 * it and not samples. Whatever the engine would answer otherwise than the plain evaluator is left to that: histograms,
 * delta points, values that are not finite, counters that say they began anew, series with the same labels. (Of two
 * samples of one series at one time, which Prometheus does not store, each takes another.)
 */
const functions: Readonly<Record<string, GridFunction>> = { rate: 'Rate', increase: 'Increase', delta: 'Delta' }

export function gridFunctions(store: GridStore): Elsewhere {
  return (expression, grid, evaluation) => {
    const pushed = pushable(expression)
    if (pushed === undefined || evaluation.options.typeAndUnitLabels) return undefined
    return answer(pushed, grid, evaluation, store)
  }
}

type Pushed = { call: Call; name: GridFunction; argument: RangeSelector }

function pushable(expression: Expression): Pushed | undefined {
  if (expression.kind !== 'call' || !Object.hasOwn(functions, expression.name)) return undefined
  const name = functions[expression.name]
  const [first] = expression.args
  const argument = first === undefined ? undefined : withoutParens(first)
  if (name === undefined || argument?.kind !== 'range-selector') return undefined
  const { selector } = argument
  return selector.at !== undefined || selector.extension !== undefined
    ? undefined
    : { call: expression, name, argument }
}

export type GridStore = {
  running: Running
  limits: SourceLimits
  find: FindSeries
  note: (step: ExplainedStep) => void
  /** Whether there are so many samples that they should not leave the engine. */
  isWorthIt: (found: FoundSeries, range: SampleRange) => Promise<boolean>
}

async function answer(
  { call, name, argument }: Pushed,
  grid: Grid,
  evaluation: Evaluation,
  { running, limits, find, note, isWorthIt }: GridStore,
): Promise<VectorValue | undefined> {
  const { selector } = argument
  const rangeMs = lengthMs(argument.range, evaluation.query)
  const { firstMs, lastMs } = momentsOf(selector, grid, evaluation.query)
  if (firstMs - rangeMs < 0 || endOf(grid) > timeMaxMs || lastMs > timeMaxMs) return undefined
  const range = { afterMs: firstMs - rangeMs, untilMs: lastMs }
  const selected = await find(selector.matchers, range)
  const { found, where, infos } = selected
  if (!(await isWorthIt(selected, range))) return undefined
  if (infos.length > 0 || !found.every(isPlain) || hasTwins(found)) return undefined
  if (found.length === 0) return { kind: 'vector', series: [] }
  evaluation.budget.reserve(found.length * grid.steps)
  const picked = seriesPicked(
    found.map(({ row }) => row),
    where,
  )
  const ask = { picked, startMs: firstMs, endMs: lastMs, stepMs: grid.stepMs, rangeMs }
  const rows = await running.numbers(gridSql(name, ask))
  evaluation.budget.check()
  const facts = rows.arrays('facts')
  const samples = facts.reduce((sum, [count = 0]) => sum + count, 0)
  if (samples > limits.samplesMax) throw tooManySamples(limits.samplesMax)
  if (facts.some(([, notFinite, began]) => notFinite !== 0 || (began !== 0 && name !== 'Delta'))) return undefined
  note({ from: 'engine', what: printExpression(call), series: found.length, samples })
  evaluation.budget.seriesRead += found.length
  evaluation.budget.samplesRead += samples
  const points = new Map([...rows.ids('series_id')].map((id, at) => [id.toString(), rows.arrays('points')[at]]))
  return { kind: 'vector', series: seriesOf(found, points, { call, grid, evaluation }) }
}

/** The last year that the engine's times surely hold. */
const timeMaxMs = Date.UTC(2299, 0)

const isPlain = ({ part, row }: Exposed): boolean => part === 'value' && row.metric.temporality !== 'delta'
const hasTwins = (found: readonly Exposed[]): boolean =>
  new Set(found.map(({ labels }) => labels.key)).size < found.length

type Asked = { call: Call; grid: Grid; evaluation: Evaluation }

function seriesOf(
  found: readonly Exposed[],
  points: ReadonlyMap<string, Float64Array | undefined>,
  { call, grid, evaluation }: Asked,
): readonly GridSeries[] {
  const result: GridSeries[] = []
  for (const { row, labels } of [...found].sort((a, b) => (a.labels.key < b.labels.key ? -1 : 1))) {
    const values = points.get(idOf(row))
    if (values === undefined) continue
    const series = {
      ...emptySeries(labelsAfter(labels, evaluation), true, 0),
      values,
      present: presentIn(values, grid),
    }
    const count = countPoints(series)
    if (count === 0) continue
    evaluation.budget.spend(count)
    result.push(series)
    const name = metricName(labels)
    if (call.name !== 'delta' && name !== '' && !/_(total|sum|count|bucket)$/.test(name))
      annotate(evaluation, possibleNonCounter(name, (call.args[0] ?? call).position))
  }
  if (!evaluation.options.delayedNameRemoval && mergeSameLabels(result).length !== result.length)
    throw duplicateLabels()
  return result
}

function presentIn(values: Float64Array, grid: Grid): Uint8Array {
  if (values.length !== grid.steps)
    throw new Error(`The engine gave ${values.length} points for a grid of ${grid.steps} steps`)
  const missing = staleKinds(values)
  return missing === undefined
    ? new Uint8Array(values.length).fill(floatPoint)
    : missing.map((kind) => (kind === staleSample ? 0 : floatPoint))
}
