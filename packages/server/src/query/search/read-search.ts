import type { Refused } from '../../base/refused.ts'
import type { Question, SearchRefused } from './ast.ts'
import type { Condition, Signal } from './condition.ts'
import { parseQuestion } from './parse.ts'
import { planSearch } from './plan.ts'
import { refuse } from './tokens.ts'
import { planTraces, type TraceSearch } from './trace-condition.ts'

/** ask -> plan: the text someone typed, as a condition on one signal. Pipes are refused, saying where to ask them. */
export function readSearch(signal: Signal, text: string): Condition | Refused {
  const question = readQuestion(text)
  if ('refused' in question) return question
  const planned = pipeRefused(question) ?? planSearch(signal, question.search)
  return 'refused' in planned ? ofSearch(planned) : planned
}

/** The text as a search of whole traces. */
export function readTraceSearch(text: string): TraceSearch | Refused {
  const question = readQuestion(text)
  if ('refused' in question) return question
  const planned = pipeRefused(question) ?? planTraces(question.search)
  return 'refused' in planned ? ofSearch(planned) : planned
}

function pipeRefused({ stages: [pipe] }: Question): SearchRefused | undefined {
  return pipe && refuse('records are shown here, and a pipe makes a table of them; leave it out', pipe)
}

/** The text as a question of any signal. */
export function readQuestion(text: string): Question | Refused {
  const question = parseQuestion(text)
  return 'refused' in question ? ofSearch(question) : question
}

export function ofSearch({ refused, position }: SearchRefused): Refused {
  return { refused: 'invalid_query', message: refused, position }
}
