import type { Threshold, WindowMatch } from '@wakeline/analysis'
import type { Label } from '../query/promql/evaluate/labels.ts'
import type { Expression } from '../query/promql/parse/ast.ts'
import type { Signal } from '../query/search/condition.ts'
import type { Template } from './template/ast.ts'

/** Rules as Prometheus' rule files give them, read and checked. */
export type RuleGroup = {
  readonly file: string
  readonly name: string
  /** Undefined where the usual one holds. */
  readonly intervalMs: number | undefined
  /** How long ago is asked about, for data that comes late. */
  readonly queryOffsetMs: number
  /** Of alerts, or of series, of each rule; 0 for none. */
  readonly limit: number
  /** Its rules may see what those before them recorded one evaluation later: nobody waits for it then. */
  readonly mayReadLate?: true
  readonly rules: readonly Rule[]
}

export type Rule = RecordingRule | AlertingRule

type RuleBase = {
  readonly name: string
  /** What it asks, as it is written. */
  readonly text: string
  readonly line: number
}

export type RecordingRule = RuleBase & {
  readonly kind: 'record'
  readonly expression: Expression
  readonly labels: readonly Label[]
}

export type AlertingRule = RuleBase & {
  readonly kind: 'alert'
  readonly question: RuleQuestion
  /** Undefined: each sample of the answer is an alert, as in Prometheus. */
  readonly condition: RuleCondition | undefined
  /** Undefined: it is no rule that tells of what was never seen before. */
  readonly novelty?: NoveltyWatch | undefined
  readonly holdMs: number
  readonly keepFiringMs: number
  readonly labels: readonly TemplatedText[]
  readonly annotations: readonly TemplatedText[]
}

/** What of what is new is an alert. */
export type NoveltyWatch = {
  readonly direction: (typeof noveltyDirections)[number]
  /** In the unit of the series: what differs less from all that was seen is not worth an alert. */
  readonly leastChange: number
}
export const noveltyDirections = ['up', 'down', 'both'] as const

export type RuleQuestion =
  | { readonly is: 'promql'; readonly expression: Expression }
  /** A search whose pipes make figures. `isLimited`: it says itself how many groups it is about. */
  | { readonly is: 'search'; readonly signal: Signal; readonly isLimited: boolean }

/** When what a question finds is an alert. */
export type RuleCondition = {
  /** The worst first. None: every group that a search finds is an alert. */
  readonly thresholds: readonly RuleThreshold[]
  readonly match: WindowMatch
  readonly windowMs: number
  /** Undefined: one value for the window. */
  readonly stepMs: number | undefined
  readonly noData: NoData
}

/** `severity` becomes the label of that name; '' for none. */
export type RuleThreshold = Threshold & { readonly severity: string }

/** What is to be when a question finds nothing: all is well, all stays as it was, or, after so long, it is an alert. */
export type NoData =
  | { readonly is: 'ok' }
  | { readonly is: 'keep' }
  | { readonly is: 'alert'; readonly afterMs: number }

export type TemplatedText = { readonly name: string; readonly text: string; readonly template: Template }

/** What a rule is known by when its file is read again: two that are alike are one and the next. */
export function ruleKey(rule: Rule): string {
  const labels = rule.kind === 'alert' ? rule.labels.map(({ name, text }) => [name, text]) : rule.labels
  return JSON.stringify([rule.kind, rule.name, labels])
}

export const groupKey = ({ file, name }: Pick<RuleGroup, 'file' | 'name'>): string => `${file};${name}`
