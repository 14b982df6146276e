import { type AlertSample, type AlertState, type AlertTimes, type LabelPairs, stepAlerts } from './alert-rule.ts'
import { poissonInterval } from './poisson.ts'

/**
 * A rule tried on the past: the same state machine that runs it, over what its expression answered at each evaluation.
 *
 *   answer      ··xxxxx·····xx··xx·····
 *   episodes        ╰──╯       ╰─────╯     from where it fires until it fires no longer
 */
export type Episode = {
  readonly startMs: number
  /** Undefined where it still fires at the end. */
  readonly endMs: number | undefined
  readonly labels: LabelPairs
}

export class Backtest {
  readonly #times: AlertTimes
  #state: AlertState = new Map()
  readonly #open = new Map<string, Episode>()
  readonly #ended: Episode[] = []

  constructor(times: AlertTimes) {
    this.#times = times
  }

  /** One evaluation; '' or why it would have failed. Times rise. */
  evaluate(nowMs: number, samples: readonly AlertSample[]): string {
    // Where there was nothing and nothing comes, nothing changes.
    if (samples.length === 0 && this.#state.size === 0) return ''
    const { state, transitions, error } = stepAlerts(this.#times, this.#state, samples, nowMs)
    this.#state = state
    for (const { alert, from, to } of transitions) {
      const open = this.#open.get(alert.key)
      if (to === 'firing') this.#open.set(alert.key, { startMs: nowMs, endMs: undefined, labels: alert.labels })
      if (from === 'firing' && open !== undefined) {
        this.#ended.push({ ...open, endMs: nowMs })
        this.#open.delete(alert.key)
      }
    }
    return error
  }

  /** All of them, by when they began. */
  episodes(): Episode[] {
    return [...this.#ended, ...this.#open.values()].sort((a, b) => a.startMs - b.startMs)
  }
}

export type BacktestFigures = {
  readonly episodes: number
  readonly perWeek: number
  /** Between which the mean of a week lies, 19 times of 20. */
  readonly perWeekLow: number
  readonly perWeekHigh: number
  readonly firingMinutes: number
  /** Begun between 22 and 6 o'clock. */
  readonly nightEpisodes: number
  /** The most that began in any seven days. */
  readonly worstWeek: number
}

const weekMs = 604_800_000

/** `zoneOffsetMs`: what is to be added to UTC for the clock of those who are woken. */
export function backtestFigures(
  episodes: readonly Episode[],
  { fromMs, toMs, zoneOffsetMs = 0 }: { fromMs: number; toMs: number; zoneOffsetMs?: number },
): BacktestFigures {
  const weeks = Math.max(toMs - fromMs, 1) / weekMs
  const { low, high } = poissonInterval(episodes.length)
  const firingMs = episodes.reduce((sum, { startMs, endMs = toMs }) => sum + endMs - startMs, 0)
  const hourOf = (ms: number): number => Math.floor((ms + zoneOffsetMs) / 3_600_000) % 24
  return {
    episodes: episodes.length,
    perWeek: episodes.length / weeks,
    perWeekLow: low / weeks,
    perWeekHigh: high / weeks,
    firingMinutes: firingMs / 60_000,
    nightEpisodes: episodes.filter(({ startMs }) => hourOf(startMs) >= 22 || hourOf(startMs) < 6).length,
    worstWeek: worstWeekOf(episodes),
  }
}

function worstWeekOf(episodes: readonly Episode[]): number {
  let [worst, first] = [0, 0]
  episodes.forEach(({ startMs }, last) => {
    while (startMs - (episodes[first]?.startMs ?? startMs) >= weekMs) first += 1
    worst = Math.max(worst, last - first + 1)
  })
  return worst
}
