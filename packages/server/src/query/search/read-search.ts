import type { Refused } from '../../base/refused.ts'
import type { Condition, Signal } from './condition.ts'
import { parseSearch } from './parse.ts'
import { planSearch } from './plan.ts'

/** ask -> plan: the text someone typed, as a condition on one signal. */
export function readSearch(signal: Signal, text: string): Condition | Refused {
  const parsed = parseSearch(text)
  const planned = 'refused' in parsed ? parsed : planSearch(signal, parsed)
  if (!('refused' in planned)) return planned
  return { refused: 'invalid_query', message: planned.refused, position: planned.position }
}
