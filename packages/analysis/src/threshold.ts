/**
 * Thresholds over a window, as pure functions: which of a rule's thresholds the values of one series reach.
 *
 *   values of the window ──match──▶ does it hold, and the value that tells it ──▶ reached / within recovery / neither
 *
 * Between a threshold and its recovery an alert that fires goes on and one that does not begins not: a value that
 * dances around the threshold is one alert.
 */
export const thresholdOperators = ['above', 'below', 'equal', 'not_equal', 'at_least', 'at_most'] as const
export type ThresholdOperator = (typeof thresholdOperators)[number]

export const windowMatches = ['at_least_once', 'all_the_time', 'on_average', 'in_total', 'last'] as const
export type WindowMatch = (typeof windowMatches)[number]

export type Threshold = {
  readonly operator: ThresholdOperator
  readonly value: number
  /** Where an alert that fires is over; undefined: at the threshold itself. */
  readonly recovery: number | undefined
}

/** `reached`: it holds. `held`: it does not, but what fires is not over yet. `value` is what tells it. */
export type ThresholdOutcome =
  | { readonly is: 'reached' | 'held'; readonly value: number }
  | { readonly is: 'clear' }
  /** There are no values. */
  | { readonly is: 'no-data' }

const clear: ThresholdOutcome = { is: 'clear' }

/** What the values of a window, in their order, make of a threshold. NaN is no value. */
export function outcomeOf(values: readonly number[], match: WindowMatch, threshold: Threshold): ThresholdOutcome {
  const known = values.filter((value) => !Number.isNaN(value))
  if (known.length === 0) return { is: 'no-data' }
  const reached = matched(known, match, threshold.operator, threshold.value)
  if (reached !== undefined) return { is: 'reached', value: reached }
  if (threshold.recovery === undefined) return clear
  const held = matched(known, match, threshold.operator, threshold.recovery)
  return held === undefined ? clear : { is: 'held', value: held }
}

/** The value that tells that it holds: the furthest where one is enough, the nearest where all must; undefined where it does not hold. */
function matched(
  values: readonly number[],
  match: WindowMatch,
  operator: ThresholdOperator,
  bound: number,
): number | undefined {
  const holds = (value: number): boolean => compare(value, operator, bound)
  const total = values.reduce((sum, value) => sum + value, 0)
  const one = (value: number): number | undefined => (holds(value) ? value : undefined)
  switch (match) {
    case 'at_least_once': {
      const found = values.filter(holds)
      return found.length === 0 ? undefined : found.reduce((a, b) => (isFurther(b, a, operator, bound) ? b : a))
    }
    case 'all_the_time':
      return values.every(holds) ? values.reduce((a, b) => (isFurther(b, a, operator, bound) ? a : b)) : undefined
    case 'on_average':
      return one(total / values.length)
    case 'in_total':
      return one(total)
    case 'last':
      return one(values.at(-1) ?? Number.NaN)
  }
}

function compare(value: number, operator: ThresholdOperator, bound: number): boolean {
  switch (operator) {
    case 'above':
      return value > bound
    case 'below':
      return value < bound
    case 'equal':
      return value === bound
    case 'not_equal':
      return value !== bound
    case 'at_least':
      return value >= bound
    case 'at_most':
      return value <= bound
  }
}

function isFurther(a: number, b: number, operator: ThresholdOperator, bound: number): boolean {
  if (isRising(operator)) return a > b
  if (operator === 'below' || operator === 'at_most') return a < b
  return Math.abs(a - bound) > Math.abs(b - bound)
}

/** Whether what reaches it does so by growing: it stays reached while more of it comes. */
export const isRising = (operator: ThresholdOperator): boolean => operator === 'above' || operator === 'at_least'

/** Why a recovery cannot be one of its threshold; '' when it can. */
export function recoveryProblem({ operator, value, recovery }: Threshold): string {
  if (recovery === undefined) return ''
  if (operator === 'equal' || operator === 'not_equal') return `"${operator}" is over when it no longer holds`
  const isUpward = isRising(operator)
  if (isUpward ? recovery < value : recovery > value) return ''
  return `what is ${operator} ${value} recovers ${isUpward ? 'below' : 'above'} it, and not at ${recovery}`
}
