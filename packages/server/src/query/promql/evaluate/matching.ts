import type { Binary, SetOperator, VectorMatching } from '../parse/ast.ts'
import { changesMeaning } from './arithmetic.ts'
import { combinePoints, type PointOperator } from './combine-points.ts'
import { type Evaluation, QueryFailure, SeriesCollector } from './evaluation.ts'
import { type Grid, type GridSeries, noPoint, type PointValue, pointAt, type VectorValue } from './grid.ts'
import {
  dropLabels,
  dropMetadata,
  keepLabels,
  type Labels,
  labelsText,
  labelValue,
  metricNameLabel,
  setLabels,
} from './labels.ts'

/** Which series of both sides belong together: those equal in the labels matched on. */

const matchLabels = (labels: Labels, { on, labels: names }: VectorMatching): Labels =>
  on ? keepLabels(labels, names) : dropLabels(labels, [metricNameLabel, ...names])

/** Numbers for the groups, the same for both sides. */
class Groups {
  private readonly numbers = new Map<string, number>()
  private readonly matching: VectorMatching

  constructor(matching: VectorMatching) {
    this.matching = matching
  }

  of(series: readonly GridSeries[]): Int32Array {
    return Int32Array.from(series, ({ labels }) => {
      const { key } = matchLabels(labels, this.matching)
      const known = this.numbers.get(key) ?? this.numbers.size
      this.numbers.set(key, known)
      return known
    })
  }

  get count(): number {
    return this.numbers.size
  }
}

const stepsOf = (left: VectorValue, right: VectorValue): number =>
  left.series[0]?.present.length ?? right.series[0]?.present.length ?? 0
/** Only the number of steps matters to what is collected. */
const gridOf = (steps: number): Grid => ({ startMs: 0, stepMs: 1, steps })

export async function combineSets(
  operator: SetOperator,
  { matching }: Binary,
  left: VectorValue,
  right: VectorValue,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  const groups = new Groups(matching)
  const leftGroups = groups.of(left.series)
  const rightGroups = groups.of(right.series)
  const steps = stepsOf(left, right)
  const collector = new SeriesCollector(gridOf(steps))
  const seen = new Int32Array(groups.count).fill(-1)
  const mark = (series: readonly GridSeries[], numbers: Int32Array, step: number): void => {
    series.forEach((each, i) => {
      if (each.present[step] !== noPoint) seen[numbers[i] ?? 0] = step
    })
  }
  const take = (
    series: readonly GridSeries[],
    numbers: Int32Array,
    step: number,
    wanted: boolean | undefined,
  ): void => {
    series.forEach((each, i) => {
      const value = pointAt(each, step)
      if (value === undefined) return
      if (wanted !== undefined && (seen[numbers[i] ?? 0] === step) !== wanted) return
      collector.set(step, each.labels, each.dropName, value)
    })
  }
  for (let step = 0; step < steps; step++) {
    if (evaluation.budget.isDue()) await evaluation.budget.breathe()
    if (operator === 'or') {
      mark(left.series, leftGroups, step)
      take(left.series, leftGroups, step, undefined)
      take(right.series, rightGroups, step, false)
    } else {
      mark(right.series, rightGroups, step)
      take(left.series, leftGroups, step, operator === 'and')
    }
  }
  return collector.series
}

/** The side that may have several series in a group, and the other one. */
type Sides = {
  readonly many: readonly GridSeries[]
  readonly one: readonly GridSeries[]
  readonly manyGroups: Int32Array
  readonly oneGroups: Int32Array
  /** The many side stands on the left, as it does unless `group_right` is said. */
  readonly manyIsLeft: boolean
  readonly fillOne: number | undefined
  readonly fillMany: number | undefined
}

function sidesOf(matching: VectorMatching, left: VectorValue, right: VectorValue, groups: Groups): Sides {
  const leftGroups = groups.of(left.series)
  const rightGroups = groups.of(right.series)
  // With `group_right`, `fill_left` is said of the side with many all the same: so Prometheus has it.
  const fills = { fillOne: matching.fillRight, fillMany: matching.fillLeft }
  if (matching.cardinality !== 'one-to-many') {
    return {
      many: left.series,
      one: right.series,
      manyGroups: leftGroups,
      oneGroups: rightGroups,
      manyIsLeft: true,
      ...fills,
    }
  }
  return {
    many: right.series,
    one: left.series,
    manyGroups: rightGroups,
    oneGroups: leftGroups,
    manyIsLeft: false,
    ...fills,
  }
}

export async function combineVectors(
  operator: PointOperator,
  binary: Binary,
  left: VectorValue,
  right: VectorValue,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  const steps = stepsOf(left, right)
  const groups = new Groups(binary.matching)
  const sides = sidesOf(binary.matching, left, right, groups)
  const pairs = new PairMaker(operator, binary, sides, evaluation, { steps, groups: groups.count })
  const oneOfGroup = new Int32Array(groups.count)
  for (let step = 0; step < steps; step++) {
    if (evaluation.budget.isDue()) await evaluation.budget.breathe()
    oneOfGroup.fill(-1)
    sides.one.forEach((series, i) => {
      if (series.present[step] === noPoint) return
      const group = sides.oneGroups[i] ?? 0
      const other = sides.one[oneOfGroup[group] ?? -1]
      if (other !== undefined && mayMatch(sides, step))
        throw severalOnOneSide(binary.matching, sides, series.labels, other.labels)
      oneOfGroup[group] = i
    })
    pairs.step(step, oneOfGroup)
  }
  return pairs.series
}

/** Where the many side has nothing, nothing is going to match, and several on the other side are not in the way. */
const mayMatch = ({ many, fillOne, fillMany }: Sides, step: number): boolean =>
  fillOne !== undefined || fillMany !== undefined || many.some(({ present }) => present[step] !== noPoint)

function severalOnOneSide(matching: VectorMatching, sides: Sides, a: Labels, b: Labels): QueryFailure {
  const group = labelsText(matchLabels(a, matching))
  const side = sides.manyIsLeft ? 'right' : 'left'
  return new QueryFailure(
    'bad-query',
    `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: ` +
      `[${labelsText(a)}, ${labelsText(b)}];many-to-many matching not allowed: matching labels must be unique on one side`,
  )
}

type Operand = { readonly labels: Labels; readonly dropName: boolean; readonly value: PointValue }
/** `number` is the same whenever the same two series meet. */
type Pair = { readonly number: number; readonly group: number; readonly many: Operand; readonly one: Operand }

class PairMaker {
  private readonly operator: PointOperator
  private readonly binary: Binary
  private readonly sides: Sides
  private readonly evaluation: Evaluation
  private readonly collector: SeriesCollector
  private readonly resultLabels = new Map<number, Labels>()
  /** The step at which a group made a result last; for many-to-one, the labels it made there. */
  private readonly matchedStep: Int32Array
  private readonly made = new Map<number, Set<string>>()

  constructor(
    operator: PointOperator,
    binary: Binary,
    sides: Sides,
    evaluation: Evaluation,
    size: { readonly steps: number; readonly groups: number },
  ) {
    this.operator = operator
    this.binary = binary
    this.sides = sides
    this.evaluation = evaluation
    this.collector = new SeriesCollector(gridOf(size.steps))
    this.matchedStep = new Int32Array(size.groups).fill(-1)
  }

  get series(): readonly GridSeries[] {
    return this.collector.series
  }

  step(step: number, oneOfGroup: Int32Array): void {
    const { sides } = this
    const { matching } = this.binary
    this.made.clear()
    sides.many.forEach((series, i) => {
      const value = pointAt(series, step)
      if (value === undefined) return
      const group = sides.manyGroups[i] ?? 0
      const oneIndex = oneOfGroup[group] ?? -1
      const one = sides.one[oneIndex]
      const oneValue = one === undefined ? sides.fillOne : pointAt(one, step)
      if (oneValue === undefined) return
      const labels = one?.labels ?? matchLabels(series.labels, matching)
      const many = { labels: series.labels, dropName: series.dropName, value }
      const number = i * (sides.one.length + 1) + oneIndex + 1
      this.pair(step, { number, group, many, one: { labels, dropName: false, value: oneValue } })
    })
    if (sides.fillMany !== undefined) this.fillMany(step, oneOfGroup, sides.fillMany)
  }

  /** For every series of the one side that met nobody. */
  private fillMany(step: number, oneOfGroup: Int32Array, fill: number): void {
    oneOfGroup.forEach((index, group) => {
      const one = this.sides.one[index]
      const value = one === undefined ? undefined : pointAt(one, step)
      if (one === undefined || value === undefined || this.matchedStep[group] === step) return
      const many = { labels: matchLabels(one.labels, this.binary.matching), dropName: false, value: fill }
      this.pair(step, { number: -1 - index, group, many, one: { labels: one.labels, dropName: false, value } })
    })
  }

  private pair(step: number, { number, group, many, one }: Pair): void {
    const { binary, sides, operator } = this
    const [a, b] = sides.manyIsLeft ? [many.value, one.value] : [one.value, many.value]
    const combined = combinePoints(operator, a, b, binary, this.evaluation)
    if (combined === undefined) return
    let labels = this.resultLabels.get(number)
    if (labels === undefined) {
      labels = this.labelsOf(many.labels, one.labels)
      this.resultLabels.set(number, labels)
    }
    this.match(step, group, labels)
    if (binary.returnBool) this.collector.set(step, labels, true, combined.keep ? 1 : 0)
    // A comparison keeps the name that was to be taken off later, if it is still there: so Prometheus has it.
    else if (combined.keep) this.collector.set(step, labels, false, combined.value)
  }

  /** One result for a group, or several if they say so and differ. */
  private match(step: number, group: number, labels: Labels): void {
    const again = this.matchedStep[group] === step
    this.matchedStep[group] = step
    if (this.binary.matching.cardinality === 'one-to-one') {
      if (again)
        throw new QueryFailure(
          'bad-query',
          'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
        )
      return
    }
    const made = this.made.get(group) ?? new Set<string>()
    if (made.has(labels.key))
      throw new QueryFailure('bad-query', 'multiple matches for labels: grouping labels must ensure unique matches')
    this.made.set(group, made.add(labels.key))
  }

  private labelsOf(many: Labels, one: Labels): Labels {
    const { matching, returnBool } = this.binary
    let labels = changesMeaning(this.operator) ? dropMetadata(many) : many
    if (matching.cardinality === 'one-to-one')
      labels = matching.on ? keepLabels(labels, matching.labels) : dropLabels(labels, matching.labels)
    if (matching.include.length > 0)
      labels = setLabels(
        labels,
        matching.include.map((name) => [name, labelValue(one, name)] as const),
      )
    return returnBool && !this.evaluation.options.delayedNameRemoval ? dropMetadata(labels) : labels
  }
}
