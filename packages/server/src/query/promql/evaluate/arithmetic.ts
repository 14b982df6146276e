import type { ArithmeticOperator, BinaryOperator, ComparisonOperator } from '../parse/ast.ts'

/** Numbers as Go computes them, where JavaScript differs. */

function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1
  return base ** exponent
}

/** Infinity wins over NaN. */
export function larger(a: number, b: number): number {
  return a === Infinity || b === Infinity ? Infinity : Math.max(a, b)
}
export function smaller(a: number, b: number): number {
  return a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b)
}

export function arithmetic(operator: ArithmeticOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    case '%':
      return a % b
    case '^':
      return power(a, b)
    case 'atan2':
      return Math.atan2(a, b)
  }
}

export function compare(operator: ComparisonOperator, a: number, b: number): boolean {
  switch (operator) {
    case '==':
      return a === b
    case '!=':
      return a !== b
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
  }
}

const arithmeticNames: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '^', 'atan2'])
/** The result means something else than the operands did, so it cannot keep their name. */
export const changesMeaning = (operator: BinaryOperator): operator is ArithmeticOperator =>
  arithmeticNames.has(operator)
