import { isRefused } from '../base/refused.ts'
import type { Mapping } from '../base/yaml-input.ts'
import { planTable } from '../query/table.ts'
import type { RuleQuestion } from './rule-file.ts'

const signals = ['logs', 'traces'] as const

/** `search:` and `signal:` of a rule; what is wrong in the search is told with its place in it. */
export function readSearch(given: Mapping, rule: unknown): { question: RuleQuestion | undefined; text: string } {
  const { input } = given
  const text = given.text('search')
  const node = given.take('search')
  if (given.has('expr'))
    input.wrong(given.take('expr') ?? rule, 'a rule has both "expr" and "search"; leave one of them out')
  if (!given.has('signal'))
    input.wrong(node ?? rule, 'a search is of logs or of traces; say which with "signal: logs" or "signal: traces"')
  const signal = given.choice('signal', signals, 'logs') === 'logs' ? 'logs' : 'spans'
  const planned = planTable(signal, text)
  if (isRefused(planned)) {
    const why = planned.message.replace(/^Cannot read this search: /, '')
    const what = `the search is wrong: ${why}`
    if (planned.position === undefined) input.wrong(node ?? rule, what)
    else input.wrongInside(node ?? rule, { text, offset: planned.position }, what)
    return { question: undefined, text }
  }
  const { pipeline } = planned
  return { question: { is: 'search', signal, isLimited: pipeline.rows !== undefined }, text: text.trim() }
}
