import type { AggregationOperator } from '../parse/ast.ts'
import { floatPoint, type GridSeries, noPoint } from './grid.ts'

/**
 * Groups of floats, a whole column of each member at a time: the numbers lie one after the other in memory, and nothing is
 * made for a single point. Each does at every step, in the same order, what `pointOf` does with the floats of that step.
 */
type Add = (member: GridSeries, result: GridSeries, carried: Float64Array) => void

/** `addSum` where both have a point at every step, as members mostly do. */
function addWholeSum(values: Float64Array, sums: Float64Array, lost: Float64Array): void {
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

/**
 * Fills `result`, which is empty. False where that cannot be done by columns: there are histograms, the operator is
 * another one, or a mean would have to go on from a sum that overflowed; `result` is then of no use.
 */
export function aggregateColumns(
  operator: AggregationOperator,
  members: readonly GridSeries[],
  result: GridSeries,
): boolean {
  const add = adders[operator]
  if (add === undefined || members.some(({ histograms }) => histograms !== undefined)) return false
  const { values } = result
  const lost = new Float64Array(values.length)
  let present: Uint8Array | undefined
  let [isWhole, isResultWhole] = [false, false]
  for (const member of members) {
    // Members mostly share this array.
    if (member.present !== present) {
      present = member.present
      isWhole = !present.includes(noPoint)
    }
    if (isWhole && isResultWhole && add === addSum) addWholeSum(member.values, values, lost)
    else add(member, result, lost)
    isResultWhole ||= isWhole
  }
  if (operator === 'sum') for (let step = 0; step < values.length; step++) values[step] = sumAt(result, lost, step)
  return operator !== 'avg' || divideByCount(members, result, lost)
}

const sumAt = ({ values }: GridSeries, lost: Float64Array, step: number): number =>
  (values[step] ?? 0) + (lost[step] ?? 0)

function divideByCount(members: readonly GridSeries[], { values, present }: GridSeries, lost: Float64Array): boolean {
  const counts = new Float64Array(values.length)
  for (const member of members)
    for (let step = 0; step < counts.length; step++)
      if (member.present[step] !== noPoint) counts[step] = (counts[step] ?? 0) + 1
  for (let step = 0; step < values.length; step++) {
    if (present[step] === noPoint) continue
    const sum = values[step] ?? 0
    if (sum === Infinity || sum === -Infinity || Number.isNaN(sum)) return false
    values[step] = sum / (counts[step] ?? 1) + (lost[step] ?? 0) / (counts[step] ?? 1)
  }
  return true
}
