import type { Label } from '../query/promql/evaluate/labels.ts'
import type { Expression } from '../query/promql/parse/ast.ts'
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
  readonly rules: readonly Rule[]
}

export type Rule = RecordingRule | AlertingRule

type RuleBase = {
  readonly name: string
  readonly expression: Expression
  /** As it is written. */
  readonly text: string
  readonly line: number
}

export type RecordingRule = RuleBase & { readonly kind: 'record'; readonly labels: readonly Label[] }

export type AlertingRule = RuleBase & {
  readonly kind: 'alert'
  readonly holdMs: number
  readonly keepFiringMs: number
  readonly labels: readonly TemplatedText[]
  readonly annotations: readonly TemplatedText[]
}

export type TemplatedText = { readonly name: string; readonly text: string; readonly template: Template }

/** What a rule is known by when its file is read again: two that are alike are one and the next. */
export function ruleKey(rule: Rule): string {
  const labels = rule.kind === 'alert' ? rule.labels.map(({ name, text }) => [name, text]) : rule.labels
  return JSON.stringify([rule.kind, rule.name, labels])
}

export const groupKey = ({ file, name }: Pick<RuleGroup, 'file' | 'name'>): string => `${file};${name}`
