import type { ArithmeticOperator, Binary, ComparisonOperator, TrimOperator } from '../parse/ast.ts'
import { boundsReconciled, incompatibleBuckets, incompatibleTypes, resetCollision } from './annotations.ts'
import { arithmetic, changesMeaning, compare } from './arithmetic.ts'
import { annotate, type Evaluation } from './evaluation.ts'
import type { PointValue } from './grid.ts'
import { addHistograms } from './histogram/add.ts'
import {
  compactHistogram,
  divideHistogram,
  equalHistograms,
  type Histogram,
  multiplyHistogram,
} from './histogram/histogram.ts'
import { trimHistogram } from './histogram/trim.ts'

/** Operators that make a point of two points; the set operators choose series instead. */
export type PointOperator = ArithmeticOperator | ComparisonOperator | TrimOperator

export type Combined = { readonly value: PointValue; readonly keep: boolean }

/** What an operator makes of two points, or undefined where it cannot; then an annotation says why. */
export function combinePoints(
  operator: PointOperator,
  a: PointValue,
  b: PointValue,
  binary: Binary,
  evaluation: Evaluation,
): Combined | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    if (changesMeaning(operator)) return { value: arithmetic(operator, a, b), keep: true }
    if (operator !== '</' && operator !== '>/') return { value: a, keep: compare(operator, a, b) }
  } else if (typeof a === 'number' && typeof b !== 'number') {
    if (operator === '*') return { value: compactHistogram(multiplyHistogram(b, a)), keep: true }
  } else if (typeof a !== 'number' && typeof b === 'number') {
    if (operator === '*') return { value: compactHistogram(multiplyHistogram(a, b)), keep: true }
    if (operator === '/') return { value: compactHistogram(divideHistogram(a, b)), keep: true }
    if (operator === '</' || operator === '>/') return { value: trimHistogram(a, b, operator === '</'), keep: true }
  } else if (typeof a !== 'number' && typeof b !== 'number') {
    if (operator === '+' || operator === '-') return addPoints(operator, a, b, binary, evaluation)
    if (operator === '==' || operator === '!=')
      return { value: a, keep: equalHistograms(compactHistogram(a), compactHistogram(b)) === (operator === '==') }
  }
  const kind = (value: PointValue): string => (typeof value === 'number' ? 'float' : 'histogram')
  annotate(evaluation, incompatibleTypes(kind(a), operator, kind(b), binary.position))
  return undefined
}

function addPoints(
  operator: '+' | '-',
  a: Histogram,
  b: Histogram,
  binary: Binary,
  evaluation: Evaluation,
): Combined | undefined {
  const { position } = binary
  const added = addHistograms(a, b, operator === '+' ? 1 : -1)
  if (added === undefined) {
    annotate(evaluation, incompatibleBuckets(operator, position))
    return undefined
  }
  const name = operator === '+' ? 'addition' : 'subtraction'
  if (added.resetCollision) annotate(evaluation, resetCollision(name, position))
  if (added.boundsReconciled) annotate(evaluation, boundsReconciled(name, position))
  const value = compactHistogram(added.histogram)
  return { value: operator === '-' ? { ...value, hint: 'gauge' } : value, keep: true }
}
