import {
  askLabelValues,
  askValues,
  type Between,
  type Choices,
  type Chosen,
  type CompletionAnswer,
  type Dashboard,
  type DashboardVariable,
  fillPromql,
  type PrometheusAnswer,
  type Question,
} from '@wakeline/protocol'
import { printSpanText } from '../../time/range.ts'
import { stepFor } from '../../time/step.ts'
import { allValues, type DashboardSearch } from './url.ts'

/** Wide enough for points that are pushed once a minute. */
const rateWindowLeastMs = 120_000

/** The time as questions are asked about it: the last step stands on its end. */
export type Steps = Between & { stepMs: number }

export function stepsOf({ fromMs, toMs }: Between): Steps {
  const stepMs = stepFor(fromMs, toMs)
  return { fromMs: toMs - Math.floor((toMs - fromMs) / stepMs) * stepMs, toMs, stepMs }
}

/** What every variable stands for: lengths of time as Grafana names them, and what the viewer chose. */
export function choicesOf(
  { variables = [] }: Dashboard,
  chosen: DashboardSearch['chosen'],
  /** The first of the values that are offered for a variable: chosen where nothing else is. */
  { steps, firsts }: { steps: Steps; firsts: Readonly<Record<string, string>> },
): Choices {
  const choices = new Map<string, Chosen>(times(steps))
  for (const variable of variables) {
    const taken = chosenOf(variable, chosen[variable.name])
    const first = firsts[variable.name]
    const isOpen = taken.isAll !== true && taken.values.length === 0
    choices.set(variable.name, isOpen && first !== undefined ? { values: [first] } : taken)
  }
  return choices
}

/** Whether each variable stands for something, so that questions can be asked. */
export function isChosen({ variables = [] }: Dashboard, choices: Choices): boolean {
  return variables.every(({ name }) => {
    const chosen = choices.get(name)
    return chosen !== undefined && (chosen.isAll === true || chosen.values.length > 0)
  })
}

function times({ fromMs, toMs, stepMs }: Steps): [string, Chosen][] {
  const rateMs = Math.max(rateWindowLeastMs, stepMs * 2)
  const rangeMs = toMs - fromMs + stepMs
  const seconds = (ms: number) => String(Math.max(1, Math.round(ms / 1000)))
  const texts = {
    __interval: printSpanText(stepMs),
    __interval_ms: String(stepMs),
    __rate_interval: printSpanText(rateMs),
    __rate_interval_ms: String(rateMs),
    __range: `${seconds(rangeMs)}s`,
    __range_s: seconds(rangeMs),
    __range_ms: String(Math.round(rangeMs)),
    __from: String(Math.floor(fromMs)),
    __to: String(Math.ceil(toMs)),
  }
  return Object.entries(texts).map(([name, text]) => [name, { values: [text] }])
}

/** What was chosen, else what the dashboard says, else all of several. One of many is '' until its values are known. */
function chosenOf({ several, initial = [], values }: DashboardVariable, chosen: readonly string[] | undefined): Chosen {
  const taken = chosen === undefined || chosen.length === 0 ? initial : chosen
  if (several === true && (taken.length === 0 || taken.includes(allValues))) return { values: [], isAll: true }
  const first = values.is === 'list' ? values.list.slice(0, 1) : []
  const found = taken.length === 0 ? first : taken
  return { values: several === true ? found : found.slice(0, 1) }
}

/** Asks for the values of a variable; the question may be of variables above it. Undefined where they are a list. */
export type ValuesAsked =
  | { is: 'label'; question: Question<PrometheusAnswer<string[]>> }
  | { is: 'key'; question: Question<CompletionAnswer> }
  | { is: 'list'; list: readonly string[] }
  | { is: 'wrong'; message: string }

export function valuesAsked({ values, name }: DashboardVariable, choices: Choices, at: Between): ValuesAsked {
  if (values.is === 'list') return values
  if (values.is === 'key')
    return { is: 'key', question: askValues(values.key, { ...at, signal: values.signal, prefix: '' }) }
  const others = new Map([...choices].filter(([other]) => other !== name))
  const selector = fillPromql(values.of ?? '', others)
  if ('wrong' in selector) return { is: 'wrong', message: selector.wrong }
  return { is: 'label', question: askLabelValues(values.label, selector.text, at) }
}

/** `$service` in a title, as people read it. */
export function fillTitle(title: string, choices: Choices): string {
  return title.replace(
    /\$(?:\{([A-Za-z_]\w*)(?::[^}]*)?\}|([A-Za-z_]\w*))/g,
    (whole, braced?: string, bare?: string) => {
      const chosen = choices.get(braced ?? bare ?? '')
      if (chosen === undefined) return whole
      return chosen.isAll === true ? 'all' : chosen.values.join(', ')
    },
  )
}
