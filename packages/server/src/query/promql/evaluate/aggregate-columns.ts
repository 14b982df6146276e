import type { AggregationOperator } from '../parse/ast.ts'
import { emptySeries, floatPoint, type GridSeries, noPoint } from './grid.ts'
import type { Labels } from './labels.ts'

/**
 * Groups of floats, a whole column of each member at a time: the numbers lie one after the other in memory, and nothing is
 * made for a single point. Each does at every step, in the same order, what `pointOf` does with the floats of that step.
 */
type Column = Pick<GridSeries, 'values' | 'present'>
type Add = (member: Column, result: Column, carried: Float64Array) => void

/** Kahan's sum with Neumaier's improvement, as `KahanSum` adds: the sum is in the result, what it lost is carried. */
const addSum: Add = ({ values, present }, result, lost) => {
  const sums = result.values
  for (let step = 0; step < present.length; step++) {
    if (present[step] === noPoint) continue
    const value = values[step] ?? 0
    if (result.present[step] === noPoint) {
      result.present[step] = floatPoint
      sums[step] = value
      continue
    }
    const sum = sums[step] ?? 0
    const total = sum + value
    if (total === Infinity || total === -Infinity) lost[step] = 0
    else if (Math.abs(sum) >= Math.abs(value)) lost[step] = (lost[step] ?? 0) + (sum - total + value)
    else lost[step] = (lost[step] ?? 0) + (value - total + sum)
    sums[step] = total
  }
}

/** `addSum` where both have a point at every step, as members mostly do. */
const addWholeSum: Add = ({ values }, { values: sums }, lost) => {
  for (let step = 0; step < sums.length; step++) {
    const value = values[step] ?? 0
    const sum = sums[step] ?? 0
    const total = sum + value
    if (total === Infinity || total === -Infinity) lost[step] = 0
    else if (Math.abs(sum) >= Math.abs(value)) lost[step] = (lost[step] ?? 0) + (sum - total + value)
    else lost[step] = (lost[step] ?? 0) + (value - total + sum)
    sums[step] = total
  }
}

const addCount: Add = ({ present }, result) => {
  for (let step = 0; step < present.length; step++) {
    if (present[step] === noPoint) continue
    result.present[step] = floatPoint
    result.values[step] = (result.values[step] ?? 0) + 1
  }
}

const addExtreme =
  (sign: 1 | -1): Add =>
  ({ values, present }, result) => {
    for (let step = 0; step < present.length; step++) {
      if (present[step] === noPoint) continue
      const value = values[step] ?? 0
      const best = result.values[step] ?? 0
      if (result.present[step] !== noPoint && !(value * sign > best * sign) && !Number.isNaN(best)) continue
      result.present[step] = floatPoint
      result.values[step] = value
    }
  }

const adders: Partial<Record<AggregationOperator, Add>> = {
  sum: addSum,
  avg: addSum,
  count: addCount,
  max: addExtreme(1),
  min: addExtreme(-1),
}

export const isByColumns = (operator: AggregationOperator): boolean => adders[operator] !== undefined

/** One group, to which members are added as they come. */
export class GroupColumn {
  readonly #operator: AggregationOperator
  readonly #add: Add
  readonly #result: GridSeries
  readonly #lost: Float64Array
  readonly #counts: GridSeries | undefined
  #isWhole = false
  #members = 0
  /** The newest `present` of a member, which most share, and whether that is whole. */
  #present: Uint8Array | undefined
  #isPresentWhole = false

  constructor(operator: AggregationOperator, labels: Labels, dropName: boolean, steps: number) {
    const add = adders[operator]
    if (add === undefined) throw new Error(`${operator} is not aggregated by columns`)
    this.#operator = operator
    this.#add = add
    this.#result = emptySeries(labels, dropName, steps)
    this.#lost = new Float64Array(steps)
    this.#counts = operator === 'avg' ? emptySeries(labels, dropName, steps) : undefined
  }

  get isEmpty(): boolean {
    return this.#members === 0
  }

  /** Floats only. */
  add(member: Column): void {
    if (member.present !== this.#present) {
      this.#present = member.present
      this.#isPresentWhole = !member.present.includes(noPoint)
    }
    const whole = this.#isWhole && this.#isPresentWhole && this.#add === addSum ? addWholeSum : this.#add
    whole(member, this.#result, this.#lost)
    if (this.#counts !== undefined) addCount(member, this.#counts, this.#lost)
    this.#isWhole ||= this.#isPresentWhole
    this.#members++
  }

  /** Undefined where a mean would have to go on from a sum that overflowed. Nothing may be added after. */
  finish(): GridSeries | undefined {
    const { values, present } = this.#result
    for (let step = 0; step < values.length; step++) {
      if (present[step] === noPoint) continue
      const sum = values[step] ?? 0
      const lost = this.#lost[step] ?? 0
      if (this.#operator === 'sum') values[step] = sum + lost
      if (this.#counts === undefined) continue
      if (sum === Infinity || sum === -Infinity || Number.isNaN(sum)) return undefined
      const count = this.#counts.values[step] ?? 1
      values[step] = sum / count + lost / count
    }
    return this.#result
  }
}
