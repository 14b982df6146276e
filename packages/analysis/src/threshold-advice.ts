import type { AlertSample, AlertTimes, LabelPairs } from './alert-rule.ts'
import { Backtest, type BacktestFigures, backtestFigures, type Episode } from './backtest.ts'

/**
 * A threshold for a number of alerts a week, from what a series did: candidates are tried on the past with the state machine
 * that will run the rule, the most sensitive that keeps to the budget is taken, and some room is left behind it.
 */
export type Comparison = '>' | '<' | '>=' | '<='

/** Values in step with the times of evaluations; NaN where there was none. */
export type HistorySeries = { readonly labels: LabelPairs; readonly values: ArrayLike<number> }
export type History = { readonly timesMs: readonly number[]; readonly series: readonly HistorySeries[] }

export type ThresholdRule = Pick<AlertTimes, 'holdMs' | 'keepFiringMs'> & { readonly operator: Comparison }

export type ThresholdTrial = { readonly episodes: readonly Episode[]; readonly figures: BacktestFigures }

const exceeds = (value: number, operator: Comparison, threshold: number): boolean =>
  operator === '>'
    ? value > threshold
    : operator === '<'
      ? value < threshold
      : operator === '>='
        ? value >= threshold
        : value <= threshold

/** What a rule with this threshold would have done. */
export function tryThreshold(
  history: History,
  rule: ThresholdRule,
  threshold: number,
  zoneOffsetMs = 0,
): ThresholdTrial {
  const backtest = new Backtest({ ...rule, limit: 0 })
  const { timesMs, series } = history
  const alerts = series.map(({ labels }, i): AlertSample => ({ key: `${i}`, labels, annotations: [], value: 0 }))
  for (const [place, timeMs] of timesMs.entries()) {
    const samples = alerts.filter((_, i) => exceeds(series[i]?.values[place] ?? Number.NaN, rule.operator, threshold))
    backtest.evaluate(timeMs, samples)
  }
  const episodes = backtest.episodes()
  return { episodes, figures: backtestFigures(episodes, { ...extentOf(history), zoneOffsetMs }) }
}

function extentOf({ timesMs, series }: History): { fromMs: number; toMs: number } {
  const first = timesMs.findIndex((_, place) => series.some(({ values }) => !Number.isNaN(values[place] ?? Number.NaN)))
  const [lastMs = 0, beforeMs = lastMs] = [timesMs.at(-1), timesMs.at(-2)]
  // The last evaluation stands for as long as any other.
  return { fromMs: timesMs[Math.max(first, 0)] ?? 0, toMs: 2 * lastMs - beforeMs }
}

export type ThresholdAdvice = { readonly threshold: number } & ThresholdTrial

const candidatesMax = 64
const roomShare = 0.025
/** A week may have so many times the budget, once. */
const worstWeekFactor = 3

/** The threshold for at most `perWeek` alerts a week; undefined where nothing is known of the series. */
export function adviseThreshold(
  history: History,
  rule: ThresholdRule,
  { perWeek, zoneOffsetMs = 0 }: { perWeek: number; zoneOffsetMs?: number },
): ThresholdAdvice | undefined {
  const isUpward = rule.operator.startsWith('>')
  const values = history.series.flatMap((each) => Array.from(each.values)).filter((value) => Number.isFinite(value))
  values.sort((a, b) => (isUpward ? a - b : b - a))
  const [mildest, worst] = [values[0], values.at(-1)]
  if (mildest === undefined || worst === undefined) return undefined
  const keeps = (threshold: number): boolean => {
    const { figures } = tryThreshold(history, rule, threshold)
    return figures.perWeek <= perWeek && figures.worstWeek <= Math.max(1, worstWeekFactor * perWeek)
  }
  const fitting = candidatesOf(values).find(keeps) ?? worst
  const room = roomShare * Math.abs(worst - mildest)
  const threshold = rounded(isUpward ? fitting + room : fitting - room, isUpward)
  return { threshold, ...tryThreshold(history, rule, threshold, zoneOffsetMs) }
}

/** Quantiles from 0.9 up, closer and closer to the worst value there was, without repetition. */
function candidatesOf(sorted: readonly number[]): number[] {
  const candidates = new Set<number>()
  for (let i = 0; i < candidatesMax; i++) {
    const left = 0.1 * sorted.length * (1 / Math.max(1, 0.1 * sorted.length)) ** (i / (candidatesMax - 1))
    candidates.add(sorted[Math.max(0, Math.min(sorted.length - 1, Math.floor(sorted.length - left)))] ?? 0)
  }
  return [...candidates]
}

/** Outward to two significant digits: a threshold is read and remembered. */
function rounded(value: number, isUpward: boolean): number {
  if (value === 0) return 0
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1)
  const units = value / unit
  return Number(((isUpward ? Math.ceil(units - 1e-9) : Math.floor(units + 1e-9)) * unit).toPrecision(2))
}
