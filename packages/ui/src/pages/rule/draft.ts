import type { RuleDraft, RuleDraftThreshold, RuleProblem } from '@wakeline/protocol'
import { splitPipes } from '@wakeline/protocol'

/** A rule as its inputs hold it: every value a text, as it was typed. */
export type RuleForm = {
  name: string
  signal: 'metrics' | 'logs' | 'traces'
  /** Kept apart, so that going to and fro loses neither. */
  expr: string
  search: string
  window: string
  step: string
  match: string
  thresholds: readonly ThresholdForm[]
  noData: string
  hold: string
  keepFiring: string
  interval: string
  labels: string
  annotations: Readonly<Record<string, string>>
  disabled: boolean
}
export type ThresholdForm = {
  readonly severity: string
  readonly operator: string
  readonly value: string
  readonly recovery: string
}

export const operators = [
  { value: 'above', label: 'above' },
  { value: 'at_least', label: 'at least' },
  { value: 'below', label: 'below' },
  { value: 'at_most', label: 'at most' },
  { value: 'equal', label: 'equal to' },
  { value: 'not_equal', label: 'not equal to' },
]

export const matches = [
  { value: '', label: 'now, as one figure' },
  { value: 'at_least_once', label: 'at least once' },
  { value: 'all_the_time', label: 'all the time' },
  { value: 'on_average', label: 'on average' },
  { value: 'in_total', label: 'in total' },
  { value: 'last', label: 'in its last step' },
]

/** Texts of an alert that have a line of their own. */
export const annotationNames = ['summary', 'description', 'runbook_url'] as const

export function newForm({ signal, q }: { signal: RuleForm['signal']; q: string }): RuleForm {
  return {
    name: '',
    signal,
    expr: signal === 'metrics' ? q : '',
    search: signal === 'metrics' ? '' : withFigure(q),
    window: '5m',
    step: '',
    match: '',
    thresholds: [{ severity: 'critical', operator: 'above', value: '', recovery: '' }],
    noData: 'ok',
    hold: '',
    keepFiring: '',
    interval: '',
    labels: '',
    annotations: {},
    disabled: false,
  }
}

/** A search of records becomes one of how many there are; the order and steps of a table say nothing to an alert. */
function withFigure(q: string): string {
  const { search, pipes } = splitPipes(q)
  if (pipes === '') return `${search.trim()} | count by (service)`.trim()
  return `${search}${pipes.replace(/\|\s*(sort\b[^|]*|timeseries\b[^|]*)/g, '').trimEnd()}`
}

const recoversAt = 'recovers_at'

export function formOf(draft: RuleDraft): RuleForm {
  const { annotations = {}, labels = {} } = draft
  return {
    name: draft.alert,
    signal: draft.search === undefined ? 'metrics' : (draft.signal ?? 'logs'),
    expr: draft.expr ?? '',
    search: draft.search ?? '',
    window: draft.window ?? '',
    step: draft.step ?? '',
    match: draft.match ?? '',
    thresholds: (draft.thresholds ?? []).map(thresholdForm),
    noData: draft.no_data ?? 'ok',
    hold: draft.for ?? '',
    keepFiring: draft.keep_firing_for ?? '',
    interval: draft.interval ?? '',
    labels: Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    annotations,
    disabled: draft.disabled ?? false,
  }
}

function thresholdForm(threshold: RuleDraftThreshold): ThresholdForm {
  const operator = operators.find(({ value }) => value in threshold)?.value ?? 'above'
  const textOf = (name: string): string => String(threshold[name] ?? '')
  return { severity: textOf('severity'), operator, value: textOf(operator), recovery: textOf(recoversAt) }
}

export function draftOf(form: RuleForm): RuleDraft {
  const { signal, window, step, match } = form
  const thresholds = form.thresholds.filter(({ value }) => value.trim() !== '').map(thresholdDraft)
  const isSearch = signal !== 'metrics'
  const isMeasured = isSearch || thresholds.length > 0
  const hasWindow = isSearch || (isMeasured && match !== '')
  const { noData, hold, keepFiring, interval } = form
  return {
    alert: form.name.trim(),
    ...(isSearch ? { search: form.search, signal } : { expr: form.expr }),
    ...(hasWindow && isSaid(window) && { window: window.trim() }),
    ...(isMeasured && match !== '' && { match, ...(isSaid(step) && { step: step.trim() }) }),
    ...(thresholds.length > 0 && { thresholds }),
    ...(isMeasured && isSaid(noData) && noData !== 'ok' && { no_data: noData.trim() }),
    ...(isSaid(hold) && { for: hold.trim() }),
    ...(isSaid(keepFiring) && { keep_firing_for: keepFiring.trim() }),
    ...(isSaid(interval) && { interval: interval.trim() }),
    labels: labelsOf(form.labels),
    annotations: Object.fromEntries(Object.entries(form.annotations).filter(([, text]) => isSaid(text))),
    ...(form.disabled && { disabled: true }),
  }
}

/** The rule as it is tried: a search without a threshold yet has one that nothing reaches, so that its figures are seen to choose one by. */
export function triedDraft(form: RuleForm): RuleDraft {
  const draft = draftOf(form)
  const isUnmeasured =
    draft.search !== undefined && draft.thresholds === undefined && !/\|\s*where\b/.test(draft.search)
  return isUnmeasured ? { ...draft, thresholds: [{ above: 'inf' }] } : draft
}

const isSaid = (text: string): boolean => text.trim() !== ''

function thresholdDraft({ severity, operator, value, recovery }: ThresholdForm): RuleDraftThreshold {
  return {
    ...(severity.trim() !== '' && { severity: severity.trim() }),
    [operator]: value.trim(),
    ...(recovery.trim() !== '' && { [recoversAt]: recovery.trim() }),
  }
}

/** Lines of `name=value`. */
function labelsOf(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=')
      return at < 0 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    }),
  )
}

/** What is wrong at a word of the rule, or below it: `thresholds.0` has `thresholds.0.above`. */
export function problemAt(problems: readonly RuleProblem[], at: string): RuleProblem | undefined {
  return problems.find((problem) => problem.at === at || problem.at.startsWith(`${at}.`))
}
