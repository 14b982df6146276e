import { type AlertSample, type AlertState, type AlertStep, outcomeOf, stepAlerts } from '@wakeline/analysis'
import { labelsFrom, noLabels } from '../query/promql/evaluate/labels.ts'
import { alertOf } from './alert-of.ts'
import type { MeasuredSeries } from './ask-search.ts'
import type { Alerted, Evaluation } from './evaluate-rule.ts'
import { overWindow } from './over-window.ts'
import type { AlertingRule, RuleCondition } from './rule-file.ts'
import { Texts } from './texts.ts'

type ConditionedRule = AlertingRule & { readonly condition: RuleCondition }

/** Groups of one search whose alerts anybody can look at. More is an error, never a silent cut. */
const searchSeriesMax = 500

/** Alerts about the rule itself, beside those of what it asks about. */
const failsKey = 'the rule fails'
const noDataKey = 'there is no data'

/** How many evaluations in a row may fail before somebody is told. */
const attempts = 3

/**
 * One evaluation of a rule with a condition. What could not be asked says nothing about what was asked for: then all alerts stay as
 * they were, and one more tells it after three times. The same holds for no data, as the rule says.
 */
export async function evaluateCondition(
  rule: ConditionedRule,
  before: AlertState,
  evaluation: Evaluation,
): Promise<Alerted> {
  const { nowMs, limit, intervalMs } = evaluation
  const measured = await measure(rule, evaluation)
  const texts = new Texts(evaluation)
  const parts = partsOf(before)
  const step = (state: AlertState, samples: readonly AlertSample[], holdMs: number): AlertStep =>
    stepAlerts({ holdMs, keepFiringMs: 0, limit: 0 }, state, samples, nowMs)
  if ('error' in measured) {
    const fails = step(parts.fails, [failsAlert(rule, measured.error)], (attempts - 1) * intervalMs)
    return { ...joined([kept(parts.usual), kept(parts.noData), fails], texts), error: measured.error }
  }
  const fails = step(parts.fails, [], 0)
  const found = await reached(rule, { measured, before: parts.usual, texts })
  const { noData } = rule.condition
  if (found === 'no-data' && noData.is !== 'ok') {
    const alerts = noData.is === 'alert' ? [await noDataAlert(rule, texts)] : []
    const told = step(parts.noData, alerts, noData.is === 'alert' ? noData.afterMs : 0)
    return joined([kept(parts.usual), told, fails], texts)
  }
  const usual = stepAlerts({ ...rule, limit }, parts.usual, found === 'no-data' ? [] : found, nowMs)
  return joined([usual, step(parts.noData, [], 0), fails], texts)
}

type Parts = { usual: AlertState; fails: AlertState; noData: AlertState }

function partsOf(before: AlertState): Parts {
  const of = (isWanted: (key: string) => boolean): AlertState => new Map([...before].filter(([key]) => isWanted(key)))
  return {
    usual: of((key) => key !== failsKey && key !== noDataKey),
    fails: of((key) => key === failsKey),
    noData: of((key) => key === noDataKey),
  }
}

const kept = (state: AlertState): AlertStep => ({ state, transitions: [], error: '' })

function joined(steps: readonly AlertStep[], texts: Texts): Alerted {
  return {
    state: new Map(steps.flatMap(({ state }) => [...state])),
    transitions: steps.flatMap(({ transitions }) => transitions),
    error: steps.map(({ error }) => error).find((error) => error !== '') ?? '',
    templateErrors: texts.errors,
  }
}

/** What the rule's question finds in its window. */
async function measure(
  { question, condition, text }: ConditionedRule,
  { ask, askSearch, nowMs, queryOffsetMs }: Evaluation,
): Promise<readonly MeasuredSeries[] | { error: string }> {
  const { windowMs, stepMs } = condition
  const timeMs = nowMs - queryOffsetMs
  if (question.is === 'search') {
    // Whole steps: half of one says nothing about a count.
    const toMs = stepMs === undefined ? timeMs : Math.floor(timeMs / stepMs) * stepMs
    const range = { fromMs: toMs - windowMs, toMs, ...(stepMs !== undefined && { stepMs }) }
    const found = await askSearch({ signal: question.signal, q: text, ...range, rows: searchSeriesMax })
    if ('error' in found) return found
    if (found.total > found.series.length && found.total > searchSeriesMax && !question.isLimited)
      return {
        error: `the search makes ${found.total} groups, and a rule has ${searchSeriesMax} at most; narrow it, or say how many with "| limit 100"`,
      }
    return found.series
  }
  const { expression } = question
  const asked = stepMs === undefined ? { expression, text } : overWindow(expression, { windowMs, stepMs })
  if ('error' in asked) return asked
  const value = await ask({ ...asked, timeMs })
  if ('error' in value) return value
  if (value.kind === 'scalar') return [{ labels: noLabels, values: [value.value] }]
  if (value.kind === 'vector') return value.samples.map(({ labels, value: each }) => ({ labels, values: [each] }))
  if (value.kind === 'matrix') return value.series.map(({ labels, values }) => ({ labels, values: [...values] }))
  return { error: 'rule result is not a vector, a scalar or a range of them' }
}

type Reaching = { measured: readonly MeasuredSeries[]; before: AlertState; texts: Texts }

async function reached(
  rule: ConditionedRule,
  { measured, before, texts }: Reaching,
): Promise<readonly AlertSample[] | 'no-data'> {
  const { thresholds, match } = rule.condition
  const samples: AlertSample[] = []
  let isData = false
  for (const { labels, values } of measured) {
    const last = values.findLast((value) => !Number.isNaN(value))
    if (last === undefined) continue
    isData = true
    const sampleOf = (value: number) => ({ labels, value, histogram: undefined })
    if (thresholds.length === 0) samples.push(await alertOf(rule, sampleOf(last), texts))
    for (const threshold of thresholds) {
      const outcome = outcomeOf(values, match, threshold)
      if (outcome.is !== 'reached' && outcome.is !== 'held') continue
      const alert = await alertOf(rule, sampleOf(outcome.value), texts, threshold)
      if (outcome.is === 'reached' || before.get(alert.key)?.phase === 'firing') samples.push(alert)
    }
  }
  return isData ? samples : 'no-data'
}

/** For whoever runs the rules, and so with none of the rule's own labels. */
function failsAlert(rule: AlertingRule, error: string): AlertSample {
  const labels = labelsFrom([
    ['alertname', 'RuleEvaluationFails'],
    ['rule', rule.name],
    ['severity', 'warning'],
  ])
  const annotations = [['summary', `Cannot evaluate the rule "${rule.name}": ${error}`]] as const
  return { key: failsKey, labels: labels.pairs, annotations, value: 1 }
}

/** Has the labels of the rule and the severity of its mildest threshold. */
async function noDataAlert(rule: ConditionedRule, texts: Texts): Promise<AlertSample> {
  const severity = rule.condition.thresholds.at(-1)?.severity ?? ''
  const plain = { ...rule, annotations: [] }
  const sample = { labels: labelsFrom([['no_data', 'true']]), value: Number.NaN, histogram: undefined }
  const alert = await alertOf(plain, sample, texts, { severity, value: Number.NaN })
  return { ...alert, key: noDataKey, annotations: [['summary', `"${rule.name}" finds no data`]], value: 0 }
}
