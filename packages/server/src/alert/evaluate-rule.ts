import { type Alert, type AlertSample, type AlertState, type AlertTransition, stepAlerts } from '@wakeline/analysis'
import type { Cost } from '@wakeline/protocol'
import type { Histogram } from '../query/promql/evaluate/histogram/histogram.ts'
import { type Label, type Labels, labelsFrom, setLabels } from '../query/promql/evaluate/labels.ts'
import type { QueryValue } from '../query/promql/evaluate/query.ts'
import type { Expression } from '../query/promql/parse/ast.ts'
import { alertOf } from './alert-of.ts'
import type { AskSearch } from './ask-search.ts'
import { askVector } from './ask-vector.ts'
import { evaluateCondition } from './evaluate-condition.ts'
import type { AlertingRule, RecordingRule } from './rule-file.ts'
import { Texts } from './texts.ts'

/** Asks an instant query; a failure is a sentence. `lookbackMs`: another one than the usual. */
type Question = {
  readonly expression: Expression
  readonly text: string
  readonly timeMs: number
  readonly lookbackMs?: number
  /** Hears what the answer cost. */
  readonly spend?: Spend
}
export type Spend = (cost: Pick<Cost, 'rowsRead' | 'bytesRead' | 'elapsedMs'>) => void
export type Ask = (question: Question) => Promise<QueryValue | { error: string }>

/** A sample that a rule makes. */
export type RuleSample = {
  readonly labels: Labels
  readonly timeMs: number
  readonly value: number | 'stale'
  readonly histogram: Histogram | undefined
}

export type Evaluation = {
  readonly ask: Ask
  readonly askSearch: AskSearch
  readonly nowMs: number
  /** Between two evaluations. */
  readonly intervalMs: number
  readonly queryOffsetMs: number
  readonly limit: number
  readonly externalUrl: string
  readonly externalLabels: ReadonlyMap<string, string>
}

export type Recorded = { readonly samples: readonly RuleSample[] } | { readonly error: string }

export async function evaluateRecording(rule: RecordingRule, evaluation: Evaluation): Promise<Recorded> {
  const { ask, nowMs, queryOffsetMs, limit } = evaluation
  const timeMs = nowMs - queryOffsetMs
  const found = await askVector(rule, timeMs, ask)
  if ('error' in found) return found
  const changed: readonly Label[] = [['__name__', rule.name], ...rule.labels]
  const samples = found.map(({ labels, value, histogram }) => ({
    labels: setLabels(labels, changed),
    timeMs,
    value,
    histogram,
  }))
  if (new Set(samples.map(({ labels }) => labels.key)).size < samples.length)
    return { error: 'vector contains metrics with the same labelset after applying rule labels' }
  if (limit > 0 && samples.length > limit) return { error: `exceeded limit of ${limit} with ${samples.length} series` }
  return { samples }
}

export type Alerted = {
  readonly state: AlertState
  readonly transitions: readonly AlertTransition[]
  readonly error: string
  /** Templates that could not be expanded; their alerts say so in place of the text. */
  readonly templateErrors: readonly string[]
}

/** Fails with the state as it was, unless there are too many alerts. */
export async function evaluateAlerting(
  rule: AlertingRule,
  before: AlertState,
  evaluation: Evaluation,
): Promise<Alerted> {
  const { question, condition, text } = rule
  if (condition !== undefined) return evaluateCondition({ ...rule, condition }, before, evaluation)
  if (question.is !== 'promql') throw new Error(`the search of "${rule.name}" was read without a condition`)
  const { ask, nowMs, queryOffsetMs, limit } = evaluation
  const found = await askVector({ expression: question.expression, text }, nowMs - queryOffsetMs, ask)
  if ('error' in found) return { state: before, transitions: [], error: found.error, templateErrors: [] }
  const texts = new Texts(evaluation)
  const samples: AlertSample[] = []
  for (const sample of found) samples.push(await alertOf(rule, sample, texts))
  const step = stepAlerts({ ...rule, limit }, before, samples, nowMs)
  return { ...step, templateErrors: texts.errors }
}

/** ALERTS and ALERTS_FOR_STATE, which tell of alerts to everyone who asks PromQL, and to us after a restart. */
export function samplesOfAlert(alert: Alert, timeMs: number): readonly RuleSample[] {
  const seconds = Math.floor(alert.activeAtMs / 1000)
  const series = (name: string, value: number, more: readonly Label[] = []): RuleSample => ({
    labels: labelsFrom(new Map([...alert.labels, ['__name__', name], ...more])),
    timeMs,
    value,
    histogram: undefined,
  })
  return [series('ALERTS', 1, [['alertstate', alert.phase]]), series('ALERTS_FOR_STATE', seconds)]
}
