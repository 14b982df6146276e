import { isDeepStrictEqual } from 'node:util'
import type { ScrapeConfig } from './config.ts'
import { TargetFiles } from './discover-files.ts'
import { TargetFetcher } from './fetch-target.ts'
import { type DroppedTarget, type Found, type Target, targetsOf } from './target.ts'
import { type Scraping, TargetLoop } from './target-loop.ts'

export type PoolOptions = {
  /** Ended loops by target: one of the same target goes on with what it knew, and takes it out. */
  inherited: Map<string, TargetLoop>
  /** Of one scrape config without a target_limit of its own. */
  targetsMax: number
  filesLookMs: number
}

/** Dropped targets are told of up to this many; the number is always right. */
const droppedToldMax = 1000

/** The targets of one scrape config, as they come and go. */
export class Pool {
  readonly config: ScrapeConfig
  readonly loops = new Map<string, TargetLoop>()
  dropped: readonly DroppedTarget[] = []
  droppedCount = 0
  readonly #scraping: Scraping
  readonly #options: PoolOptions
  readonly #fetcher: TargetFetcher
  readonly #files: TargetFiles
  readonly #inherited: Map<string, TargetLoop>
  #timer: NodeJS.Timeout | undefined
  #stopped = false
  #wrong: ReadonlySet<string> = new Set()
  #looking: Promise<void> = Promise.resolve()

  constructor(config: ScrapeConfig, scraping: Scraping, options: PoolOptions) {
    this.config = config
    this.#scraping = scraping
    this.#options = options
    this.#fetcher = new TargetFetcher(config)
    this.#files = new TargetFiles(scraping.report)
    this.#inherited = options.inherited
  }

  isFor(config: ScrapeConfig): boolean {
    return isDeepStrictEqual(config, this.config)
  }

  start(): Promise<void> {
    return this.#look()
  }

  async #look(): Promise<void> {
    const found: Found = { targets: [], dropped: [], wrong: [] }
    const add = ({ targets, dropped, wrong }: Found): void => {
      for (const each of targets) found.targets.push(each)
      for (const each of dropped) found.dropped.push(each)
      for (const each of wrong) found.wrong.push(each)
    }
    for (const group of this.config.staticGroups) add(targetsOf(this.config, group))
    for (const { group, path } of await this.#files.read(this.config.fileDiscoveries))
      add(targetsOf(this.config, group, { __meta_filepath: path }))
    if (this.#stopped) return
    this.#sync(found)
    if (this.config.fileDiscoveries.length > 0)
      this.#timer = setTimeout(() => {
        this.#looking = this.#look()
      }, this.#options.filesLookMs).unref()
  }

  #sync({ targets, dropped, wrong }: Found): void {
    for (const sentence of wrong) if (!this.#wrong.has(sentence)) this.#scraping.report(sentence)
    this.#wrong = new Set(wrong)
    this.dropped = dropped.slice(0, droppedToldMax)
    this.droppedCount = dropped.length
    const wanted = new Map(targets.map((target): [string, Target] => [target.id, target]))
    for (const [id, loop] of this.loops) {
      if (wanted.has(id)) continue
      this.loops.delete(id)
      void loop.stop().then(() => loop.markGone())
    }
    const { targetLimit } = this.config
    const limit = targetLimit || this.#options.targetsMax
    const refusal =
      wanted.size > limit
        ? `${wanted.size} targets were found and the limit is ${limit} (target_limit); none is scraped`
        : ''
    for (const [id, target] of wanted) if (!this.loops.has(id)) this.#startLoop(id, target)
    for (const loop of this.loops.values()) loop.refusal = refusal
  }

  #startLoop(id: string, target: Target): void {
    const series = this.#inherited.get(id)?.series
    this.#inherited.delete(id)
    const loop = new TargetLoop(target, this.config, { fetcher: this.#fetcher, scraping: this.#scraping, series })
    this.loops.set(id, loop)
    loop.start()
  }

  /** Their series are not marked as ended: the server may only be stopping. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#looking
    await Promise.all([...this.loops.values()].map((loop) => loop.stop()))
    this.#fetcher.close()
  }
}
