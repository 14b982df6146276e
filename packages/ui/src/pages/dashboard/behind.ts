import { type Choices, type DashboardPanel, fillPromql, fillSearch, splitPipes } from '@wakeline/protocol'
import { toLogs, toQuery, toTraces } from '../../links.ts'
import { addTerm, searchTerm } from '../../parts/attribute-text.ts'
import type { Steps } from './choices.ts'

/** Labels that name the service a series is of. */
const ofService = ['job', 'service', 'service_name', 'service.name']

/**
 * Where a figure leads to: of a search to its records, narrowed by what the row is of; of metrics to the traces of its service
 * at that moment, and to the query itself where it is of none.
 */
export function behind(picked: {
  panel: DashboardPanel
  question: number
  labels: Readonly<Record<string, string>>
  at: { fromMs: number; toMs: number } | undefined
  choices: Choices
  steps: Steps
}): string {
  const { panel, labels, at, choices } = picked
  const asked = (panel.questions ?? []).filter(({ ask }) => ask.trim() !== '')
  const question = asked[picked.question]
  const moment = at === undefined ? {} : { at }
  if (question === undefined) return toQuery(moment)
  if (question.of === 'metrics') {
    const service = ofService.map((name) => labels[name]).find((value) => value !== undefined && value !== '')
    if (service !== undefined && at !== undefined) return toTraces({ service, ...moment })
    const filled = fillPromql(question.ask, choices)
    return toQuery({ promql: 'text' in filled ? filled.text : question.ask, ...moment })
  }
  const filled = fillSearch(question.ask, choices)
  const { search } = splitPipes('text' in filled ? filled.text : question.ask)
  const terms = Object.entries(labels).map(([key, value]) =>
    value === '' ? searchTerm(key, '', 'without').replace(/""$/, '*') : searchTerm(key, value),
  )
  const q = terms.reduce(addTerm, search.trim())
  return question.of === 'logs' ? toLogs({ q, ...moment }) : toTraces({ q, ...moment })
}

/** The page where a question can be asked further, as it is asked in the panel. */
export function questionPage(panel: DashboardPanel, choices: Choices): string | undefined {
  const [question] = (panel.questions ?? []).filter(({ ask }) => ask.trim() !== '')
  if (question === undefined) return undefined
  const filled = question.of === 'metrics' ? fillPromql(question.ask, choices) : fillSearch(question.ask, choices)
  const text = 'text' in filled ? filled.text : question.ask
  if (question.of === 'metrics') return toQuery({ promql: text })
  return question.of === 'logs' ? toLogs({ q: text }) : toTraces({ q: text })
}
