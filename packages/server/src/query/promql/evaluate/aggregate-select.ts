import { type Aggregation, withoutParens } from '../parse/ast.ts'
import { isWellFormed, printNumber, printShort, quote } from '../parse/literals.ts'
import { groupSeries } from './aggregate.ts'
import { ignoredInAggregation, invalidRatio } from './annotations.ts'
import { annotate, type Evaluation, QueryFailure, SeriesCollector } from './evaluation.ts'
import { floatPoint, type Grid, type GridSeries, histogramPoint, noPoint, pointAt } from './grid.ts'
import { groupLabels } from './grouping.ts'
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
  if (!checkParameter(aggregation, parameter, evaluation)) return []
  const collector = new SeriesCollector(grid)
  const choosers = groupSeries(input, aggregation).map(({ members }) =>
    chooserOf(aggregation, members, parameter, evaluation),
  )
  for (let step = 0; step < grid.steps; step++)
    for (const choose of choosers) {
      if (evaluation.budget.isDue()) await evaluation.budget.breathe()
      for (const series of choose(step)) {
        const point = pointAt(series, step)
        if (point !== undefined) collector.set(step, series.labels, series.dropName, point)
      }
    }
  return collector.series
}

/** Which members of a group are chosen at a step. */
type Choose = (step: number) => readonly GridSeries[]

function chooserOf(
  aggregation: Aggregation,
  members: readonly GridSeries[],
  parameter: Float64Array,
  evaluation: Evaluation,
): Choose {
  const { operator, position } = aggregation
  const hasPoint = (series: GridSeries, step: number): boolean => series.present[step] !== noPoint
  const countAt = (step: number): number => Math.max(0, Math.trunc(parameter[step] ?? 0))
  if (operator === 'limit_ratio')
    return (step) =>
      members.filter((series) => hasPoint(series, step) && isInRatio(series.labels, parameter[step] ?? 0))
  if (operator === 'limitk') return (step) => members.filter((series) => hasPoint(series, step)).slice(0, countAt(step))
  const mixed = members.filter(({ histograms }) => histograms !== undefined)
  const counts = countsOf(parameter)
  const best = bestOf(members, counts, signOf(aggregation))
  return (step) => {
    if (counts[step] !== 0 && mixed.some(({ present }) => present[step] === histogramPoint))
      annotate(evaluation, ignoredInAggregation(operator, position))
    return best(step)
  }
}

/** False when nothing can come out. */
export function checkParameter(aggregation: Aggregation, parameter: Float64Array, evaluation: Evaluation): boolean {
  const finite = parameter.filter((value) => !Number.isNaN(value))
  const max = finite.reduce((a, b) => Math.max(a, b), -Infinity)
  const min = finite.reduce((a, b) => Math.min(a, b), Infinity)
  const hasNaN = finite.length < parameter.length
  const { position } = withoutParens(aggregation.parameter ?? aggregation)
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

/** Up to this many are kept in order while the members are gone through; more are chosen by sorting all at each step. */
const keptInOrder = 64

/** The first `counts[step]` by value, those of the same value in the order in which they are added. */
export class Best {
  readonly #counts: Float64Array
  readonly #sign: 1 | -1
  readonly #most: number
  // Of each step, the values and the members chosen so far, the best first.
  readonly #values: Float64Array
  readonly #places: Uint32Array
  readonly #chosen: Uint32Array
  /** What a value has to come before to be chosen, once there are enough: most do not, and are only compared. */
  readonly #bars: Float64Array

  constructor(counts: Float64Array, sign: 1 | -1) {
    this.#counts = counts
    this.#sign = sign
    this.#most = counts.reduce((a, b) => Math.max(a, b), 0)
    this.#values = new Float64Array(this.#most * counts.length)
    this.#places = new Uint32Array(this.#most * counts.length)
    this.#chosen = new Uint32Array(counts.length)
    this.#bars = new Float64Array(counts.length).fill(Number.NaN)
  }

  /** Whether so many can be kept in order. */
  static mayKeep(counts: Float64Array): boolean {
    return counts.every((count) => count <= keptInOrder)
  }

  /** `place` is what `at` tells of the member. */
  add({ values, present }: Pick<GridSeries, 'values' | 'present'>, place: number): void {
    const [bars, sign] = [this.#bars, this.#sign]
    for (let step = 0; step < present.length; step++) {
      if (present[step] !== floatPoint) continue
      const value = values[step] ?? 0
      if (sign < 0 ? value <= (bars[step] ?? 0) : value >= (bars[step] ?? 0)) continue
      this.#insert(step, value, place)
    }
  }

  #insert(step: number, value: number, place: number): void {
    const [values, places, sign] = [this.#values, this.#places, this.#sign]
    const first = step * this.#most
    const count = this.#counts[step] ?? 0
    let at = this.#chosen[step] ?? 0
    if (at === count) {
      if (at === 0 || !isBefore(value, values[first + at - 1] ?? 0, sign)) return
      at--
    } else this.#chosen[step] = at + 1
    for (; at > 0 && isBefore(value, values[first + at - 1] ?? 0, sign); at--) {
      values[first + at] = values[first + at - 1] ?? 0
      places[first + at] = places[first + at - 1] ?? 0
    }
    values[first + at] = value
    places[first + at] = place
    if (this.#chosen[step] === count) this.#bars[step] = values[first + count - 1] ?? 0
  }

  /** The chosen of a step, the best first. */
  at(step: number): { place: number; value: number }[] {
    const first = step * this.#most
    return Array.from({ length: this.#chosen[step] ?? 0 }, (_, i) => ({
      place: this.#places[first + i] ?? 0,
      value: this.#values[first + i] ?? 0,
    }))
  }
}

/** What `topk` and `bottomk` choose at each step. */
export const countsOf = (parameter: Float64Array): Float64Array =>
  Float64Array.from(parameter, (each) => Math.max(0, Math.trunc(each)))
export const signOf = ({ operator }: Aggregation): 1 | -1 => (operator === 'topk' ? -1 : 1)

function bestOf(members: readonly GridSeries[], counts: Float64Array, sign: 1 | -1): Choose {
  if (!Best.mayKeep(counts)) return (step) => sortedAt(members, counts[step] ?? 0, step, sign)
  const best = new Best(counts, sign)
  for (const [place, member] of members.entries()) best.add(member, place)
  return (step) =>
    best
      .at(step)
      .map(({ place }) => members[place])
      .filter((series) => series !== undefined)
}

/** Whether a value comes before another, as `compareValues` orders them. */
const isBefore = (value: number, other: number, sign: 1 | -1): boolean =>
  sign < 0
    ? value > other || (Number.isNaN(other) && !Number.isNaN(value))
    : value < other || (Number.isNaN(other) && !Number.isNaN(value))

type Candidate = { readonly series: GridSeries; readonly value: number }

function sortedAt(members: readonly GridSeries[], count: number, step: number, sign: 1 | -1): readonly GridSeries[] {
  const candidates: Candidate[] = members
    .filter((series) => series.present[step] === floatPoint)
    .map((series) => ({ series, value: series.values[step] ?? 0 }))
  candidates.sort((a, b) => compareValues(a.value, b.value, sign))
  return candidates.slice(0, count).map(({ series }) => series)
}

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
