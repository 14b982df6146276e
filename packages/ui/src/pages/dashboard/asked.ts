import {
  askPromql,
  askPromqlRange,
  askTable,
  type Choices,
  type DashboardPanel,
  type DashboardQuestion,
  fillPromql,
  fillSearch,
  type PromqlAnswer,
  type Question,
  type TableAnswer,
} from '@wakeline/protocol'
import type { Steps } from './choices.ts'

/** A panel's question, ready to be asked; or why it cannot be. */
export type Asked = { text: string; of: DashboardQuestion['of'] } & (
  | { is: 'promql'; question: Question<PromqlAnswer> }
  | { is: 'table'; question: Question<TableAnswer> }
  | { is: 'wrong'; message: string }
)

/** More lines cannot be told apart; the server says when there are more. */
const seriesMax = 100
const promqlOptions = { limit: seriesMax, stats: 'all' } as const

export function askedOf({ kind, questions = [] }: DashboardPanel, choices: Choices, steps: Steps): Asked[] {
  return questions.filter(({ ask }) => ask.trim() !== '').map((question) => ask(question, kind, { choices, steps }))
}

function ask(
  { ask: written, of }: DashboardQuestion,
  kind: DashboardPanel['kind'],
  { choices, steps }: { choices: Choices; steps: Steps },
): Asked {
  const filled = of === 'metrics' ? fillPromql(written, choices) : fillSearch(written, choices)
  if ('wrong' in filled) return { is: 'wrong', text: written, of, message: `Cannot ask this: ${filled.wrong}.` }
  const { text } = filled
  if (of !== 'metrics') return { is: 'table', text, of, question: askTable(of, text, steps) }
  const isOverTime = kind === 'timeseries' || kind === 'value'
  const question = isOverTime
    ? askPromqlRange(text, steps, steps.stepMs, promqlOptions)
    : askPromql(text, steps.toMs, promqlOptions)
  return { is: 'promql', text, of, question }
}
