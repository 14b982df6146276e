import { labelsFrom } from '../query/promql/evaluate/labels.ts'
import type { Sample } from '../query/promql/evaluate/query.ts'
import type { Expression } from '../query/promql/parse/ast.ts'
import type { Ask } from './evaluate-rule.ts'

/** What rules are made of: a vector, or a scalar as a sample without labels. */
export async function askVector(
  { expression, text }: { expression: Expression; text: string },
  timeMs: number,
  ask: Ask,
): Promise<readonly Sample[] | { error: string }> {
  const value = await ask({ expression, text, timeMs })
  if ('error' in value) return value
  if (value.kind === 'vector') return value.samples
  if (value.kind === 'scalar') return [{ labels: labelsFrom([]), value: value.value, histogram: undefined }]
  return { error: 'rule result is not a vector or scalar' }
}
