import type { Expression } from '../query/promql/parse/ast.ts'
import { parseExpression } from '../query/promql/parse/parse.ts'
import { printExpression } from '../query/promql/parse/print.ts'

/**
 * The steps of a window are what PromQL calls a subquery: of an instant, it gives the values of a question up to then. An error where the
 * question is none of an instant, as `up[5m]`.
 */
export function overWindow(
  expression: Expression,
  { windowMs, stepMs }: { windowMs: number; stepMs: number },
): { expression: Expression; text: string } | { error: string } {
  const text = `(${printExpression(expression)})[${windowMs}ms:${stepMs}ms]`
  const parsed = parseExpression(text)
  return parsed.kind === 'parse-error' ? { error: parsed.sentence } : { expression: parsed, text }
}
