import { type Alert, isRising } from '@wakeline/analysis'
import type { RulePreview } from '@wakeline/protocol'
import type { Labels } from '../query/promql/evaluate/labels.ts'
import type { QueryValue } from '../query/promql/evaluate/query.ts'
import { readableStep, stepTimes, type TimeRange } from '../query/time-range.ts'
import type { AskSearch } from './ask-search.ts'
import type { Ask, Spend } from './evaluate-rule.ts'
import { overWindow } from './over-window.ts'
import type { AlertingRule, RuleGroup } from './rule-file.ts'
import { type GroupWorld, RunningGroup } from './running-group.ts'

type PreviewWorld = { readonly ask: Ask; readonly askSearch: AskSearch; readonly externalUrl: () => string }

const momentsUsual = 120
const momentsMax = 1500
const seriesShownMax = 100
const seriesMax = 500
const firedShownMax = 200

type Found = {
  times: readonly number[]
  stepMs: number
  series: readonly { labels: Labels; values: readonly number[] }[]
  total: number
}

/**
 * What a rule would have done in a time: its question is asked once, of the steps of the time, and what it finds is evaluated
 * moment by moment by the code that evaluates rules. A rule whose search makes one figure of its window is looked at once a window.
 */
export async function previewRule(
  { group, range }: { group: RuleGroup; range: TimeRange },
  world: PreviewWorld,
): Promise<RulePreview | { error: string }> {
  const [rule] = group.rules
  if (rule?.kind !== 'alert') return { error: 'there is no alert to look at' }
  let cost = { rowsRead: 0, bytesRead: 0, elapsedMs: 0 }
  const spend: Spend = ({ rowsRead, bytesRead, elapsedMs }) => {
    cost = {
      rowsRead: cost.rowsRead + rowsRead,
      bytesRead: cost.bytesRead + bytesRead,
      elapsedMs: cost.elapsedMs + elapsedMs,
    }
  }
  const found = await find(rule, { range, world, spend })
  if ('error' in found) return found
  const fired = await replay(group, { found, range, externalUrl: world.externalUrl() })
  if ('error' in fired) return fired
  return {
    series: found.series.slice(0, seriesShownMax).map(({ labels, values }) => ({
      labels: Object.fromEntries(labels.pairs),
      values: values.map((value) => (Number.isFinite(value) ? value : null)),
    })),
    seriesTotal: found.total,
    times: [...found.times],
    stepMs: found.stepMs,
    thresholds: (rule.condition?.thresholds ?? []).map(({ severity, operator, value }) => ({
      severity,
      operator,
      value,
    })),
    fired: fired.slice(0, firedShownMax),
    firedTotal: fired.length,
    cost,
  }
}

async function find(
  rule: AlertingRule,
  { range, world, spend }: { range: TimeRange; world: PreviewWorld; spend: Spend },
): Promise<Found | { error: string }> {
  const { question, condition, text } = rule
  const windowMs = condition?.windowMs ?? 0
  const stepMs =
    condition?.stepMs ??
    (question.is === 'search' ? windowMs : readableStep((range.toMs - range.fromMs) / momentsUsual))
  if ((range.toMs - range.fromMs + windowMs) / stepMs > momentsMax)
    return {
      error: `that is more than ${momentsMax} moments to look at; choose a shorter time or a longer window or step`,
    }
  const isEarly = question.is === 'search' && isKnownEarly(rule)
  const toMs = (isEarly ? Math.ceil : Math.floor)(range.toMs / stepMs) * stepMs
  const fromMs = Math.floor((range.fromMs - windowMs) / stepMs) * stepMs
  if (question.is === 'search') {
    const found = await world.askSearch({
      signal: question.signal,
      q: text,
      fromMs,
      toMs,
      stepMs,
      rows: seriesMax,
      spend,
    })
    if ('error' in found) return found
    return { times: stepTimes({ fromMs, toMs }, stepMs), stepMs, ...found }
  }
  const asked = overWindow(question.expression, { windowMs: toMs - fromMs, stepMs })
  if ('error' in asked) return asked
  const value = await world.ask({ ...asked, timeMs: toMs, spend })
  if ('error' in value) return value
  return { stepMs, ...seriesOf(value, stepTimes({ fromMs: fromMs + stepMs, toMs: toMs + 1 }, stepMs)) }
}

/** Whether a step in progress is looked at, too: more of it does not take back that it is above. */
function isKnownEarly({ condition }: AlertingRule): boolean {
  return condition?.thresholds.every(({ operator }) => isRising(operator)) ?? false
}

function seriesOf(value: QueryValue, times: readonly number[]): Omit<Found, 'stepMs'> {
  if (value.kind !== 'matrix') return { times, series: [], total: 0 }
  const series = value.series.map(({ labels, timesMs, values }) => {
    const byTime = new Map([...timesMs].map((time, i) => [time, values[i] ?? Number.NaN]))
    return { labels, values: times.map((time) => byTime.get(time) ?? Number.NaN) }
  })
  return { times, series, total: series.length }
}

type Replay = { found: Found; range: TimeRange; externalUrl: string }

/** Of a step of a search its figure is known when it ends, or the time that is looked at does; a sample of PromQL is known at its time. */
async function replay(
  group: RuleGroup,
  { found, range, externalUrl }: Replay,
): Promise<RulePreview['fired'] | { error: string }> {
  const { times, stepMs, series } = found
  const [rule] = group.rules
  const isSearch = rule?.kind === 'alert' && rule.question.is === 'search'
  const between = (fromMs: number, toMs: number): MeasuredBetween =>
    series.map(({ labels, values }) => ({
      labels,
      timesMs: times.filter((time) => time >= fromMs && time < toMs),
      values: values.filter((_, i) => (times[i] ?? 0) >= fromMs && (times[i] ?? 0) < toMs),
    }))
  const windowMs = rule?.kind === 'alert' ? (rule.condition?.stepMs === undefined ? 0 : rule.condition.windowMs) : 0
  const world: GroupWorld = {
    askSearch: async ({ fromMs, toMs }) => {
      const measured = between(fromMs, toMs).filter(({ values }) => values.some((value) => !Number.isNaN(value)))
      return { series: measured, total: measured.length }
    },
    ask: async ({ timeMs }) => answerAt(between(timeMs - windowMs + (windowMs > 0 ? 1 : 0), timeMs + 1), windowMs > 0),
    store: async () => '',
    notify: () => {},
    changed: () => {},
    report: () => {},
    externalUrl,
    externalLabels: new Map(),
    resendMs: 60_000,
    clockMs: () => 0,
  }
  const running = new RunningGroup({ ...group, queryOffsetMs: 0 }, world, { intervalMs: stepMs, isRestored: true })
  const open = new Map<string, Episode>()
  const fired: RulePreview['fired'] = []
  for (const time of times) {
    const nowMs = isSearch ? Math.min(time + stepMs, range.toMs) : time
    if (nowMs < range.fromMs) continue
    await running.evaluate(nowMs)
    const [state] = running.rules
    if (state === undefined) break
    if (state.lastError !== '') return { error: state.lastError }
    follow(fired, open, { alerts: [...state.alerts.values()], nowMs })
  }
  return fired
}

type Episode = RulePreview['fired'][number]

/** Begins an episode where an alert begins to fire, and ends it where it no longer does. */
function follow(
  fired: Episode[],
  open: Map<string, Episode>,
  { alerts, nowMs }: { alerts: readonly Alert[]; nowMs: number },
): void {
  const firing = new Map(alerts.filter(({ phase }) => phase === 'firing').map((alert) => [alert.key, alert]))
  for (const [key, episode] of open) {
    if (firing.has(key)) continue
    episode.toMs = nowMs
    open.delete(key)
  }
  for (const [key, { labels, annotations, value }] of firing) {
    if (open.has(key)) continue
    const told = { labels: Object.fromEntries(labels), annotations: Object.fromEntries(annotations) }
    const episode: Episode = { ...told, value: Number.isFinite(value) ? value : 0, fromMs: nowMs, toMs: null }
    open.set(key, episode)
    fired.push(episode)
  }
}

type MeasuredBetween = readonly { labels: Labels; timesMs: readonly number[]; values: readonly number[] }[]

function answerAt(series: MeasuredBetween, isMatrix: boolean): QueryValue {
  const known = series
    .map(({ labels, timesMs, values }) => ({
      labels,
      timesMs: timesMs.filter((_, i) => !Number.isNaN(values[i])),
      values: values.filter((value) => !Number.isNaN(value)),
    }))
    .filter(({ values }) => values.length > 0)
  if (isMatrix)
    return {
      kind: 'matrix',
      series: known.map(({ labels, timesMs, values }) => ({
        labels,
        timesMs: Float64Array.from(timesMs),
        values: Float64Array.from(values),
        histograms: undefined,
      })),
    }
  return {
    kind: 'vector',
    timeMs: 0,
    samples: known.map(({ labels, values }) => ({ labels, value: values.at(-1) ?? Number.NaN, histogram: undefined })),
  }
}
