import type { ScrapeConfig } from './config.ts'
import type { Budget, TargetFetcher } from './fetch-target.ts'
import { readScrape } from './read-scrape.ts'
import type { Scraped } from './scrape-request.ts'
import { offsetMs, type Target } from './target.ts'
import { reportSamples, TargetSeries } from './target-series.ts'

/** What all scrapes share. */
export type Scraping = {
  nowUnixMs: () => number
  budget: Budget
  /** Where a target gives no body_size_limit of its own. */
  bodySizeMaxBytes: number
  /** Waits for a turn and runs; few scrapes run at once. */
  inTurn: <Result>(run: () => Promise<Result>) => Promise<Result>
  /** Makes samples durable; tries again until the time is over, and answers why not in the end, '' when stored. */
  store: (samples: Scraped[], untilMs: number) => Promise<string>
  report: (sentence: string) => void
}

/** How a target is, for /prometheus/api/v1/targets. */
export type TargetState = {
  health: 'unknown' | 'up' | 'down'
  lastError: string
  lastScrapeUnixMs: number
  lastDurationMs: number
}

/** setTimeout takes no more. */
const waitMaxMs = 2 ** 31 - 1
/** A scrape that begins this little late bears the time it was due: evenly spaced samples take less room. */
const lateMs = 2

/** Scrapes one target, again and again, at its place in the interval, until it is stopped. */
export class TargetLoop {
  readonly target: Target
  readonly state: TargetState = { health: 'unknown', lastError: '', lastScrapeUnixMs: 0, lastDurationMs: 0 }
  readonly series: TargetSeries
  /** Why the target may not be scraped now; '' when it may. */
  refusal = ''
  readonly #config: ScrapeConfig
  readonly #fetcher: TargetFetcher
  readonly #scraping: Scraping
  readonly #offsetMs: number
  readonly #stopping = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined

  constructor(
    target: Target,
    config: ScrapeConfig,
    { fetcher, scraping, series }: { fetcher: TargetFetcher; scraping: Scraping; series: TargetSeries | undefined },
  ) {
    this.target = target
    series?.forgetLabels()
    this.series = series ?? new TargetSeries()
    this.#config = config
    this.#fetcher = fetcher
    this.#scraping = scraping
    this.#offsetMs = offsetMs(target)
  }

  start(): void {
    this.#wait(this.#nextTurnMs(this.#scraping.nowUnixMs()))
  }

  /** The next time after this one at which it is this target's turn. */
  #nextTurnMs(afterMs: number): number {
    const { intervalMs } = this.target
    const first = Math.floor(afterMs / intervalMs) * intervalMs + this.#offsetMs
    return first > afterMs ? first : first + intervalMs
  }

  #wait(dueMs: number): void {
    if (this.#stopping.signal.aborted) return
    const waitMs = Math.max(0, dueMs - this.#scraping.nowUnixMs())
    this.#timer = setTimeout(() => this.#wake(dueMs), Math.min(waitMs, waitMaxMs))
  }

  #wake(dueMs: number): void {
    const nowMs = this.#scraping.nowUnixMs()
    // Woken early, or the clock was set back: by more than a turn, and what was due is another time.
    if (nowMs < dueMs - lateMs) {
      this.#wait(dueMs - nowMs > this.target.intervalMs ? this.#nextTurnMs(nowMs) : dueMs)
      return
    }
    this.#running = this.#scrape(nowMs - dueMs <= lateMs ? dueMs : nowMs).finally(() => {
      this.#wait(this.#nextTurnMs(Math.max(this.#scraping.nowUnixMs(), dueMs)))
    })
  }

  async #scrape(timeMs: number): Promise<void> {
    const { nowUnixMs, inTurn, store, report } = this.#scraping
    const { state, target, series } = this
    const startMs = performance.now()
    const { samples, failed } = await inTurn(() => this.#take(timeMs))
    const durationMs = performance.now() - startMs
    if (this.#stopping.signal.aborted) return
    const isUp = failed === ''
    if (!isUp && state.health !== 'down') report(`Cannot scrape ${target.url} of ${this.#config.jobName}: ${failed}`)
    Object.assign(state, {
      health: isUp ? 'up' : 'down',
      lastError: failed,
      lastScrapeUnixMs: timeMs,
      lastDurationMs: durationMs,
    })
    const reports = reportSamples(target, timeMs, { ...series.counts, isUp, durationMs })
    const lost = await store([...samples, ...reports], nowUnixMs() + target.intervalMs)
    if (lost !== '') state.lastError = `Scraped, and not stored: ${lost}`
  }

  async #take(timeMs: number): Promise<{ samples: Scraped[]; failed: string }> {
    const { target, series } = this
    series.begin(timeMs)
    if (this.refusal !== '') return { samples: series.fail(), failed: this.refusal }
    const { budget } = this.#scraping
    const fetched = await this.#fetcher.fetch({
      url: target.url,
      timeoutMs: target.timeoutMs,
      bodySizeMaxBytes: this.#config.bodySizeMaxBytes || this.#scraping.bodySizeMaxBytes,
      budget,
      signal: this.#stopping.signal,
    })
    if ('failed' in fetched) return { samples: series.fail(), failed: fetched.failed }
    try {
      let beyond = ''
      const unread = await readScrape(fetched, this.#config, (exposed) => {
        if (beyond === '') beyond = series.add(exposed, target, this.#config)
      })
      const failed = beyond === '' ? unread : beyond
      return { samples: failed === '' ? series.end() : series.fail(), failed }
    } finally {
      budget.give(fetched.heldBytes)
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    clearTimeout(this.#timer)
    await this.#running
  }

  /** To be called when it has stopped and its target is there no more: marks all it had as ended. */
  async markGone(): Promise<void> {
    if (this.state.health === 'unknown') return
    const { nowUnixMs, report, store } = this.#scraping
    const timeMs = nowUnixMs()
    this.series.begin(timeMs)
    const markers = [...this.series.fail(), ...reportSamples(this.target, timeMs, undefined)]
    const lost = await store(markers, timeMs + this.target.intervalMs)
    if (lost !== '') report(`Cannot mark the series of ${this.target.url} as ended: ${lost}`)
  }
}
