import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Gate } from '../../base/gate.ts'
import type { Submit } from '../receive/submit.ts'
import type { ScrapeConfig } from './config.ts'
import type { Budget } from './fetch-target.ts'
import { Pool } from './pool.ts'
import { type Scraped, ScrapeRequest } from './scrape-request.ts'
import type { Scraping } from './target-loop.ts'

export type ScraperOptions = {
  scrapesAtOnceMax: number
  /** Of one scrape config that gives no target_limit. */
  scrapeTargetsMax: number
  /** Of one answer, expanded, where no body_size_limit is given. */
  bodySizeMaxBytes: number
  budget: Budget
  nowUnixMs: () => number
  submit: Submit
  report: (sentence: string) => void
  onFault: (error: unknown) => void
}

/** As Prometheus' API tells of its targets; labels as plain objects, times in Unix milliseconds. */
export type ScrapeTargets = {
  active: {
    pool: string
    url: string
    discoveredLabels: Record<string, string>
    labels: Record<string, string>
    health: 'unknown' | 'up' | 'down'
    lastError: string
    lastScrapeUnixMs: number
    lastDurationMs: number
    intervalMs: number
    timeoutMs: number
  }[]
  dropped: { pool: string; discoveredLabels: Record<string, string> }[]
  droppedCounts: Record<string, number>
}

export type Scraper = {
  targets(): ScrapeTargets
  counts(): { targets: number; up: number; down: number; samplesStored: number; samplesLost: number }
  /** Takes over another configuration: what stays the same goes on undisturbed. */
  reload(configs: readonly ScrapeConfig[]): Promise<void>
  stop(): Promise<void>
}

/** How often files of targets are looked at. */
const filesLookMs = 2000
/** Samples of one request, so that a large target does not hold up the others. */
const samplesPerRequest = 10_000

export async function startScraper(configs: readonly ScrapeConfig[], options: ScraperOptions): Promise<Scraper> {
  const scraper = new RunningScraper(options)
  await scraper.reload(configs)
  return scraper
}

class RunningScraper implements Scraper {
  readonly #options: ScraperOptions
  readonly #gate: Gate
  #pools: Pool[] = []
  #stored = 0
  #lost = 0
  #stopped = false

  constructor(options: ScraperOptions) {
    this.#options = options
    this.#gate = new Gate(options.scrapesAtOnceMax)
  }

  async reload(configs: readonly ScrapeConfig[]): Promise<void> {
    const before = this.#pools
    const same = configs.map((config) => before.find((pool) => pool.isFor(config)))
    const ended = before.filter((pool) => !same.includes(pool))
    // Nobody may write to a series before who did so has ended.
    await Promise.all(ended.map((pool) => pool.stop()))
    const inherited = new Map(ended.flatMap((pool) => [...pool.loops]))
    const { scrapeTargetsMax: targetsMax } = this.#options
    const started: Pool[] = []
    this.#pools = configs.map((config, index) => {
      const kept = same[index]
      if (kept !== undefined) return kept
      const pool = new Pool(config, this.#scraping(), { targetsMax, filesLookMs, inherited })
      started.push(pool)
      return pool
    })
    for (const pool of started) await pool.start()
    await Promise.all([...inherited.values()].map((loop) => loop.markGone()))
    inherited.clear()
  }

  #scraping(): Scraping {
    const { nowUnixMs, budget, bodySizeMaxBytes, report } = this.#options
    return {
      nowUnixMs,
      budget,
      bodySizeMaxBytes,
      report,
      inTurn: (run) => this.#gate.run(run),
      store: (samples, untilMs) => this.#store(samples, untilMs),
    }
  }

  async #store(samples: Scraped[], untilMs: number): Promise<string> {
    const request = new ScrapeRequest()
    let reason = ''
    for (let at = 0; at < samples.length; at += samplesPerRequest) {
      const part = samples.slice(at, at + samplesPerRequest)
      for (const sample of part) request.add(sample)
      const failed = await this.#submit(request.take(), part.length, untilMs)
      if (failed !== '') reason ||= failed
    }
    return reason
  }

  async #submit(body: Uint8Array, samples: number, untilMs: number): Promise<string> {
    const { submit, nowUnixMs, onFault } = this.#options
    const batchId = randomUUID()
    try {
      for (;;) {
        const outcome = await submit({ signal: 'metrics', encoding: 'remote-write-2', body, batchId })
        if (outcome.kind === 'stored') {
          this.#stored += samples - outcome.rejected
          this.#lost += outcome.rejected
          return outcome.reason
        }
        const waitMs = outcome.kind === 'later' ? outcome.retryAfterSeconds * 1000 : 0
        if (outcome.kind === 'refused' || this.#stopped || nowUnixMs() + waitMs > untilMs) {
          this.#lost += samples
          return outcome.message
        }
        await pause(waitMs)
      }
    } catch (error) {
      this.#lost += samples
      onFault(error)
      return 'the server has a fault; its log says more'
    }
  }

  counts(): ReturnType<Scraper['counts']> {
    const health = this.#pools.flatMap((pool) => [...pool.loops.values()].map((loop) => loop.state.health))
    const of = (wanted: string): number => health.filter((each) => each === wanted).length
    return {
      targets: health.length,
      up: of('up'),
      down: of('down'),
      samplesStored: this.#stored,
      samplesLost: this.#lost,
    }
  }

  targets(): ScrapeTargets {
    const told: ScrapeTargets = { active: [], dropped: [], droppedCounts: {} }
    for (const { config, loops, dropped, droppedCount } of this.#pools) {
      const pool = config.jobName
      told.droppedCounts[pool] = droppedCount
      for (const { discoveredLabels } of dropped)
        told.dropped.push({ pool, discoveredLabels: Object.fromEntries(discoveredLabels) })
      for (const { target, state } of loops.values()) {
        const { url, discoveredLabels, labels, intervalMs, timeoutMs } = target
        told.active.push({
          pool,
          url,
          discoveredLabels: Object.fromEntries(discoveredLabels),
          labels: Object.fromEntries(labels),
          ...state,
          intervalMs,
          timeoutMs,
        })
      }
    }
    return told
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#pools.map((pool) => pool.stop()))
  }
}
