import {
  type AlertSample,
  type AlertState,
  type Novelty,
  NoveltyDetector,
  noveltyCapacity,
  noveltySentence,
  noveltyThreshold,
  stepAlerts,
} from '@wakeline/analysis'
import type { Labels } from '../query/promql/evaluate/labels.ts'
import type { Sample } from '../query/promql/evaluate/query.ts'
import type { Expression } from '../query/promql/parse/ast.ts'
import { unitOf } from '../query/promql/unit.ts'
import { alertOf } from './alert-of.ts'
import { askVector } from './ask-vector.ts'
import type { Alerted, Evaluation } from './evaluate-rule.ts'
import { overWindow } from './over-window.ts'
import type { AlertingRule, NoveltyWatch } from './rule-file.ts'
import { humanize, humanize1024, humanizeDuration, humanizePercentage } from './template/humanize.ts'
import { Texts } from './texts.ts'

/** One series of a rule that tells of what is new in it. */
type Watched = { readonly detector: NoveltyDetector; firstMs: number; lastMs: number; alert: AlertSample | undefined }

/** By the labels of a series; undefined before the past of the rule was read. */
export type NoveltyState = { readonly byKey: Map<string, Watched>; readonly text: string }

type NoveltyRule = AlertingRule & { readonly novelty: NoveltyWatch }

/** Series a rule may watch, of those that were there in 28 days; each takes 63 KiB. More is an error, never a silent cut. */
const seriesMax = 200
/** Between two values that a detector sees: its 28 days are made of so many. */
const stepUsualMs = 300_000
/** What is known of a series before anything in it is called new. */
const armedAfterMs = 2 * 86_400_000
const armedAfterValues = 300
/** Of one question about the past. */
const historyChunkMs = 7 * 86_400_000
/** What was new is told for so long where the rule says nothing: the value after it is not new any more. */
const keepFiringUsualMs = 1_800_000

function noveltyStepMs(intervalMs: number): number {
  return Math.ceil(stepUsualMs / intervalMs) * intervalMs
}

/** One evaluation of a rule that tells of what is new. Its detectors see a value each step, beginning with the stored past. */
export async function evaluateNovelty(
  rule: NoveltyRule,
  before: { alerts: AlertState; novelty: NoveltyState | undefined },
  evaluation: Evaluation,
): Promise<Alerted & { novelty: NoveltyState | undefined }> {
  const { ask, nowMs, queryOffsetMs, limit, intervalMs } = evaluation
  const { question } = rule
  if (question.is !== 'promql') throw new Error(`"${rule.name}" was read with a search and novelty`)
  const { expression } = question
  const stepMs = noveltyStepMs(intervalMs)
  const timeMs = nowMs - queryOffsetMs
  const failed = (error: string) => ({
    state: before.alerts,
    transitions: [],
    error,
    templateErrors: [],
    novelty: before.novelty,
  })
  const isSame = before.novelty?.text === rule.text
  const novelty = isSame ? before.novelty : await readPast(rule.text, expression, { evaluation, stepMs, timeMs })
  if (novelty === undefined) return failed('what it told of is unknown')
  if ('error' in novelty) return failed(novelty.error)
  const found = await askVector({ expression, text: rule.text }, timeMs, ask)
  if ('error' in found) return failed(found.error)
  const texts = new Texts(evaluation)
  const samples: AlertSample[] = []
  forgetGone(novelty, timeMs - noveltyCapacity * stepMs)
  const count = countWith(novelty, found)
  if (count > seriesMax) return { ...failed(tooMany(count)), novelty }
  for (const sample of found) {
    const watched = watchedOf(novelty, sample.labels.key, stepMs)
    // The first evaluation within a step is the one that is seen.
    if (Math.floor(timeMs / stepMs) > Math.floor(watched.lastMs / stepMs)) {
      const told = see(watched, timeMs, sample.value)
      watched.alert =
        told && isWanted(told, rule.novelty)
          ? await alertFor(rule, sample, { told, texts, watched, stepMs })
          : undefined
    }
    if (watched.alert !== undefined) samples.push(watched.alert)
  }
  const keepFiringMs = rule.keepFiringMs || keepFiringUsualMs
  const step = stepAlerts({ holdMs: rule.holdMs, keepFiringMs, limit }, before.alerts, samples, nowMs)
  return { ...step, templateErrors: texts.errors, novelty }
}

const tooMany = (count: number): string =>
  `it gave ${count} series in 28 days, and what is new is looked for in ${seriesMax} of a rule at most; choose fewer, or sum them`

const countWith = ({ byKey }: NoveltyState, found: readonly { readonly labels: Labels }[]): number =>
  byKey.size + found.filter(({ labels }) => !byKey.has(labels.key)).length

/** Pods come and go: those of which nothing is left in 28 days make room for others. */
function forgetGone({ byKey }: NoveltyState, beforeMs: number): void {
  for (const [key, { lastMs }] of byKey) if (lastMs < beforeMs) byKey.delete(key)
}

function watchedOf({ byKey }: NoveltyState, key: string, stepMs: number): Watched {
  const known = byKey.get(key)
  if (known !== undefined) return known
  const watched: Watched = { detector: new NoveltyDetector({ stepMs }), firstMs: 0, lastMs: 0, alert: undefined }
  byKey.set(key, watched)
  return watched
}

/** What is new, of a series that is known long enough. */
function see(watched: Watched, timeMs: number, value: number): Novelty | undefined {
  if (!Number.isFinite(value)) return undefined
  const told = watched.detector.push(timeMs, value)
  watched.firstMs ||= timeMs
  watched.lastMs = timeMs
  const isArmed = watched.detector.count >= armedAfterValues && timeMs - watched.firstMs >= armedAfterMs
  return isArmed && told !== undefined && told.score >= noveltyThreshold ? told : undefined
}

function isWanted({ value, nearest }: Novelty, { direction, leastChange }: NoveltyWatch): boolean {
  const isUp = value > nearest
  return (direction === 'both' || isUp === (direction === 'up')) && Math.abs(value - nearest) >= leastChange
}

type Past = { evaluation: Evaluation; stepMs: number; timeMs: number }

/** The 28 days before, as a subquery: what was learned before a restart is learned again. */
async function readPast(
  text: string,
  expression: Expression,
  { evaluation: { ask }, stepMs, timeMs }: Past,
): Promise<NoveltyState | { error: string }> {
  const novelty: NoveltyState = { byKey: new Map(), text }
  const lastMs = (Math.floor(timeMs / stepMs) - 1) * stepMs
  const chunkMs = Math.floor(historyChunkMs / stepMs) * stepMs
  const chunks = Math.ceil((noveltyCapacity * stepMs) / chunkMs)
  const asked = overWindow(expression, { windowMs: chunkMs, stepMs })
  if ('error' in asked) return { error: `cannot read the past: ${asked.error}` }
  for (let back = chunks - 1; back >= 0; back--) {
    const value = await ask({ ...asked, timeMs: lastMs - back * chunkMs })
    if ('error' in value) return { error: `cannot read the past: ${value.error}` }
    if (value.kind !== 'matrix') throw new Error('a subquery gives a matrix')
    const count = countWith(novelty, value.series)
    if (count > seriesMax) return { error: tooMany(count) }
    for (const { labels, timesMs, values } of value.series) {
      const watched = watchedOf(novelty, labels.key, stepMs)
      timesMs.forEach((atMs, i) => {
        if (atMs > watched.lastMs) see(watched, atMs, values[i] ?? Number.NaN)
      })
    }
  }
  return novelty
}

type Telling = { told: Novelty; texts: Texts; watched: Watched; stepMs: number }

/** With why as an annotation, and for a ticket where the rule says no severity: what is new is not always bad. */
async function alertFor(
  rule: NoveltyRule,
  sample: Sample,
  { told, texts, watched, stepMs }: Telling,
): Promise<AlertSample> {
  const hasSeverity = rule.labels.some(({ name }) => name === 'severity')
  const alert = await alertOf(rule, sample, texts, { severity: hasSeverity ? '' : 'ticket', value: told.nearest })
  const historyMs = Math.min(watched.lastMs - watched.firstMs, noveltyCapacity * stepMs)
  const unit = rule.question.is === 'promql' ? unitOf(rule.question.expression) : ''
  const length = (ms: number): string => humanizeDuration(ms / 1000)
  const reason = noveltySentence(told, { value: printer(unit), length, historyMs, stepMs })
  const annotations = [...alert.annotations.filter(([name]) => name !== 'reason'), ['reason', reason] as const]
  return { ...alert, annotations: annotations.sort(([a], [b]) => (a < b ? -1 : 1)) }
}

function printer(unit: string): (value: number) => string {
  if (unit === 's') return humanizeDuration
  if (unit === 'ratio') return humanizePercentage
  if (unit.startsWith('By')) return (value) => `${humanize1024(value)}${unit.replace('By', 'B')}`
  return (value) => `${humanize(value)}${unit === '' || unit.startsWith('{') ? '' : ` ${unit}`}`
}
