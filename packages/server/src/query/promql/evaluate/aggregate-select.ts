import type { Aggregation } from '../parse/ast.ts'
import { isWellFormed, printNumber, printShort, quote } from '../parse/literals.ts'
import { groupLabels, groupSeries } from './aggregate.ts'
import { ignoredInAggregation, invalidRatio } from './annotations.ts'
import { annotate, type Evaluation, QueryFailure, SeriesCollector } from './evaluation.ts'
import { floatPoint, type Grid, type GridSeries, histogramPoint, noPoint, pointAt } from './grid.ts'
import { printHistogram } from './histogram/print.ts'
import { type Labels, setLabels } from './labels.ts'

/** Aggregations whose result are series of the input: `topk`, `bottomk`, `limitk`, `limit_ratio`. */
export async function selectOfGroups(
  aggregation: Aggregation,
  input: readonly GridSeries[],
  parameter: Float64Array,
  grid: Grid,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  const { operator } = aggregation
  if (!checkParameter(aggregation, parameter, evaluation)) return []
  const groups = groupSeries(input, aggregation)
  const collector = new SeriesCollector(grid)
  for (let step = 0; step < grid.steps; step++) {
    if (evaluation.budget.isDue()) await evaluation.budget.breathe()
    const value = parameter[step] ?? 0
    for (const { members } of groups) {
      const chosen =
        operator === 'limit_ratio'
          ? members.filter((series) => series.present[step] !== noPoint && isInRatio(series.labels, value))
          : firstOfGroup(aggregation, members, Math.trunc(value), step, evaluation)
      for (const series of chosen) {
        const point = pointAt(series, step)
        if (point !== undefined) collector.set(step, series.labels, series.dropName, point)
      }
    }
  }
  return collector.series
}

/** False when nothing can come out. */
function checkParameter(aggregation: Aggregation, parameter: Float64Array, evaluation: Evaluation): boolean {
  const finite = parameter.filter((value) => !Number.isNaN(value))
  const max = finite.reduce((a, b) => Math.max(a, b), -Infinity)
  const min = finite.reduce((a, b) => Math.min(a, b), Infinity)
  const hasNaN = finite.length < parameter.length
  const position = aggregation.parameter?.position ?? aggregation.position
  if (aggregation.operator === 'limit_ratio') {
    if (!hasNaN && max === 0 && min === 0) return false
    if (hasNaN) throw new QueryFailure('bad-query', 'Ratio value is NaN')
    if (max > 1) annotate(evaluation, invalidRatio(max, 1, position))
    if (min < -1) annotate(evaluation, invalidRatio(min, -1, position))
    return true
  }
  if (!hasNaN && max < 1) return false
  if (hasNaN) throw new QueryFailure('bad-query', 'Parameter value is NaN')
  if (min <= -(2 ** 63)) throw new QueryFailure('bad-query', `Scalar value ${printShort(min)} underflows int64`)
  if (max >= 2 ** 63) throw new QueryFailure('bad-query', `Scalar value ${printShort(max)} overflows int64`)
  return true
}

function firstOfGroup(
  { operator, position }: Aggregation,
  members: readonly GridSeries[],
  count: number,
  step: number,
  evaluation: Evaluation,
): readonly GridSeries[] {
  if (count < 1) return []
  if (operator === 'limitk') return members.filter((series) => series.present[step] !== noPoint).slice(0, count)
  if (members.some(({ histograms, present }) => histograms !== undefined && present[step] === histogramPoint))
    annotate(evaluation, ignoredInAggregation(operator, position))
  return bestAt(members, count, step, operator === 'topk' ? -1 : 1)
}

/** Up to this many are kept in order while the others are looked at; more are chosen by sorting all. */
const keptInOrder = 64

/** The first `count` by value, those of the same value in the order of `members`. */
function bestAt(members: readonly GridSeries[], count: number, step: number, sign: 1 | -1): readonly GridSeries[] {
  const best: Candidate[] = []
  for (const series of members) {
    if (series.present[step] !== floatPoint) continue
    const value = series.values[step] ?? 0
    if (count > keptInOrder) {
      best.push({ series, value })
      continue
    }
    const last = best[best.length - 1]
    if (last !== undefined && best.length === count && compareValues(value, last.value, sign) >= 0) continue
    let at = best.length
    while (at > 0 && compareValues(value, best[at - 1]?.value ?? 0, sign) < 0) at--
    best.splice(at, 0, { series, value })
    if (best.length > count) best.pop()
  }
  if (count > keptInOrder) best.sort((a, b) => compareValues(a.value, b.value, sign))
  return best.slice(0, count).map(({ series }) => series)
}

type Candidate = { readonly series: GridSeries; readonly value: number }

/** NaN comes last, whichever way it goes. */
export function compareValues(a: number, b: number, sign: 1 | -1): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return a < b ? -sign : a > b ? sign : 0
}

/** The same series are always chosen; `-0.2` chooses those that `0.8` does not. */
function isInRatio(labels: Labels, ratio: number): boolean {
  const place = hashOf(labels.key) / 2 ** 32
  const capped = Math.max(-1, Math.min(1, ratio))
  return capped >= 0 ? place < capped : place >= 1 + capped
}

/** FNV-1a of the labels, its bits spread. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** `count_values("version", x)`: how many series have each value; the value becomes a label. */
export async function countValues(
  aggregation: Aggregation,
  input: readonly GridSeries[],
  label: string,
  grid: Grid,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  if (label === '' || !isWellFormed(label)) throw new QueryFailure('bad-query', `invalid label name ${quote(label)}`)
  const grouping = aggregation.without ? aggregation.grouping : [...aggregation.grouping, label]
  const collector = new SeriesCollector(grid)
  for (let step = 0; step < grid.steps; step++) {
    if (evaluation.budget.isDue()) await evaluation.budget.breathe()
    const counts = new Map<string, { labels: Labels; count: number }>()
    for (const series of input) {
      const value = pointAt(series, step)
      if (value === undefined) continue
      const text = typeof value === 'number' ? printNumber(value) : printHistogram(value)
      const labels = groupLabels(setLabels(series.labels, [[label, text]]), { grouping, without: aggregation.without })
      const known = counts.get(labels.key)
      if (known === undefined) counts.set(labels.key, { labels, count: 1 })
      else known.count++
    }
    for (const { labels, count } of counts.values()) collector.set(step, labels, false, count)
  }
  return collector.series
}
