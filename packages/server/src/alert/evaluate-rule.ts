import { type Alert, type AlertSample, type AlertState, type AlertTransition, stepAlerts } from '@wakeline/analysis'
import type { Histogram } from '../query/promql/evaluate/histogram/histogram.ts'
import { printHistogram } from '../query/promql/evaluate/histogram/print.ts'
import { type Label, type Labels, labelsFrom, setLabels } from '../query/promql/evaluate/labels.ts'
import type { QueryValue, Sample } from '../query/promql/evaluate/query.ts'
import type { Expression } from '../query/promql/parse/ast.ts'
import { parseExpression } from '../query/promql/parse/parse.ts'
import type { AlertingRule, RecordingRule, TemplatedText } from './rule-file.ts'
import { expandTemplate, type TemplateData } from './template/expand.ts'
import { TemplateSample } from './template/go-format.ts'

/** Asks an instant query; a failure is a sentence. `lookbackMs`: another one than the usual. */
type Question = {
  readonly expression: Expression
  readonly text: string
  readonly timeMs: number
  readonly lookbackMs?: number
}
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
  readonly nowMs: number
  readonly queryOffsetMs: number
  readonly limit: number
  readonly externalUrl: string
  readonly externalLabels: ReadonlyMap<string, string>
}

async function askVector(
  { expression, text }: { expression: Expression; text: string },
  timeMs: number,
  ask: Ask,
): Promise<readonly Sample[] | { error: string }> {
  const value = await ask({ expression, text, timeMs })
  if ('error' in value) return value
  if (value.kind === 'vector') return value.samples
  if (value.kind === 'scalar') return [{ labels: labelsFrom([]), value: value.value, histogram: undefined }]
  return { error: 'rule result is not a vector or scalar' }
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
  const { ask, nowMs, queryOffsetMs, limit } = evaluation
  const found = await askVector(rule, nowMs - queryOffsetMs, ask)
  if ('error' in found) return { state: before, transitions: [], error: found.error, templateErrors: [] }
  const texts = new Texts(evaluation)
  const samples: AlertSample[] = []
  for (const sample of found) samples.push(await alertOf(rule, sample, texts))
  const step = stepAlerts({ ...rule, limit }, before, samples, nowMs)
  return { ...step, templateErrors: texts.errors }
}

async function alertOf(rule: AlertingRule, sample: Sample, texts: Texts): Promise<AlertSample> {
  const { labels: found, value, histogram } = sample
  const data: TemplateData = {
    labels: new Map(found.pairs),
    value: histogram === undefined ? value : printHistogram(histogram),
    externalLabels: texts.evaluation.externalLabels,
    externalUrl: texts.evaluation.externalUrl,
  }
  const changed: Label[] = [['__name__', '']]
  for (const label of rule.labels) changed.push([label.name, await texts.expand(label, data)])
  const labels = setLabels(found, [...changed, ['alertname', rule.name]])
  const annotations: Label[] = []
  for (const annotation of rule.annotations) annotations.push([annotation.name, await texts.expand(annotation, data)])
  return { key: labels.key, labels: labels.pairs, annotations, value }
}

const queriesOfTextMax = 100

/** Expands the templates of one evaluation. A query in a template is asked once, however many alerts tell its answer. */
class Texts {
  readonly evaluation: Evaluation
  readonly errors: string[] = []
  readonly #answers = new Map<string, readonly TemplateSample[] | { readonly error: string }>()

  constructor(evaluation: Evaluation) {
    this.evaluation = evaluation
  }

  async expand({ name, template }: TemplatedText, data: TemplateData): Promise<string> {
    for (let asked = 0; asked <= queriesOfTextMax; asked++) {
      const expanded = expandTemplate(template, data, { nowMs: this.evaluation.nowMs, answers: this.#answers })
      if (expanded.kind === 'text') return expanded.text
      if (expanded.kind === 'failed') return this.#failed(name, expanded.message)
      this.#answers.set(expanded.query, await this.#ask(expanded.query))
    }
    return this.#failed(name, `it asks more than ${queriesOfTextMax} queries`)
  }

  #failed(name: string, message: string): string {
    this.errors.push(`${name}: ${message}`)
    return `<error expanding template: ${message}>`
  }

  async #ask(text: string): Promise<readonly TemplateSample[] | { error: string }> {
    const expression = parseExpression(text)
    if (expression.kind === 'parse-error') return { error: expression.sentence }
    const found = await askVector({ expression, text }, this.evaluation.nowMs, this.evaluation.ask)
    if ('error' in found) return found
    return found.map(
      ({ labels, value, histogram }) =>
        new TemplateSample(new Map(labels.pairs), histogram === undefined ? value : printHistogram(histogram)),
    )
  }
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
