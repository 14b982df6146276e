import { type Binary, isComparisonOperator } from '../parse/ast.ts'
import { quote } from '../parse/literals.ts'
import { arithmetic, changesMeaning, compare } from './arithmetic.ts'
import { combinePoints, type PointOperator } from './combine-points.ts'
import { type Evaluation, labelsAfter, mergeSameLabels, QueryFailure } from './evaluation.ts'
import {
  countPoints,
  emptySeries,
  type GridSeries,
  type GridValue,
  pointAt,
  type ScalarValue,
  setPoint,
  type VectorValue,
} from './grid.ts'
import { combineSets, combineVectors } from './matching.ts'

/** Two values and an operator: scalars, a vector and a scalar, or two vectors. */
export async function evaluateBinary(
  binary: Binary,
  left: GridValue,
  right: GridValue,
  evaluation: Evaluation,
): Promise<GridValue> {
  if (left.kind === 'string' || right.kind === 'string') throw new Error('operators do not take strings')
  const { operator } = binary
  if (operator === 'and' || operator === 'or' || operator === 'unless') {
    if (left.kind === 'scalar' || right.kind === 'scalar') throw new Error('set operators do not take scalars')
    return { kind: 'vector', series: await combineSets(operator, binary, left, right, evaluation) }
  }
  if (left.kind === 'scalar' && right.kind === 'scalar') return scalars(operator, left, right)
  if (left.kind === 'vector' && right.kind === 'vector')
    return { kind: 'vector', series: await combineVectors(operator, binary, left, right, evaluation) }
  if (left.kind === 'vector' && right.kind === 'scalar')
    return withScalar(operator, binary, { vector: left, scalar: right, vectorIsLeft: true }, evaluation)
  if (left.kind === 'scalar' && right.kind === 'vector')
    return withScalar(operator, binary, { vector: right, scalar: left, vectorIsLeft: false }, evaluation)
  throw new Error('operands are scalars or vectors')
}

function scalars(operator: PointOperator, left: ScalarValue, right: ScalarValue): ScalarValue {
  if (operator === '</' || operator === '>/')
    throw new QueryFailure('bad-query', `operator ${quote(operator)} not allowed for Scalar operations`)
  const values = left.values.map((a, step) => {
    const b = right.values[step] ?? Number.NaN
    if (changesMeaning(operator)) return arithmetic(operator, a, b)
    return compare(operator, a, b) ? 1 : 0
  })
  return { kind: 'scalar', values }
}

type WithScalar = { readonly vector: VectorValue; readonly scalar: ScalarValue; readonly vectorIsLeft: boolean }

function withScalar(
  operator: PointOperator,
  binary: Binary,
  { vector, scalar, vectorIsLeft }: WithScalar,
  evaluation: Evaluation,
): VectorValue {
  const drops = changesMeaning(operator) || binary.returnBool
  const result: GridSeries[] = []
  for (const from of vector.series) {
    const labels = drops ? labelsAfter(from.labels, evaluation) : from.labels
    const series = emptySeries(labels, drops || from.dropName, from.present.length)
    for (let step = 0; step < from.present.length; step++) {
      const point = pointAt(from, step)
      if (point === undefined) continue
      const number = scalar.values[step] ?? Number.NaN
      const [a, b] = vectorIsLeft ? [point, number] : [number, point]
      const combined = combinePoints(operator, a, b, binary, evaluation)
      if (combined === undefined) continue
      // A comparison keeps the value of the vector, on whichever side it stands.
      const value = isComparisonOperator(operator) && !binary.returnBool ? point : combined.value
      if (binary.returnBool) setPoint(series, step, combined.keep ? 1 : 0)
      else if (combined.keep) setPoint(series, step, value)
    }
    if (countPoints(series) > 0) result.push(series)
  }
  return { kind: 'vector', series: evaluation.options.delayedNameRemoval ? result : mergeSameLabels(result) }
}
