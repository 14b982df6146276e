import type { Query } from '../query/query.ts'
import { type DueMinute, sampleOf } from '../query/service-edges.ts'
import { minuteMs } from '../query/time-range.ts'
import { partitionEndMs } from '../store/retention.ts'
import { QueryError, type Store } from '../store/store.ts'

/**
 * Keeps the rollup of service edges (docs/decisions/0055-service-edges.md): a minute is made when it has settled, and made again when
 * more of it came in. What to make follows from what is stored alone, so several servers, or one that was killed, need to
 * remember nothing: at worst a minute is made twice, to the same rows.
 */
export type EdgeRollupParts = {
  store: Pick<Store, 'partitions' | 'keep'>
  query: Pick<Query, 'dueMinutes' | 'makeEdges'>
  nowUnixMs: () => number
  report: (sentence: string) => void
}

const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const lookEveryMs = 30_000
/** From a minute's end until what is late of it is the exception; until then questions join its spans. */
const settledMs = 2 * minuteMs
/** Made in one go: as many minutes as have so many spans, counted with those around them; of a minute with more, a sample of its traces. */
const spansAtOnce = 500_000
const minutesAtOnceMax = 60
/** Of one core: a store with much to make up for is made up for slowly, and never at the cost of loads. */
const dutyShare = 0.1

export class EdgeRollup {
  readonly #parts: EdgeRollupParts
  readonly #stopping = new AbortController()
  /** As they were when they were made: where less is stored than was counted once, making it again would change nothing. */
  readonly #madeAs = new Map<number, number>()
  readonly #timer: NodeJS.Timeout
  /** Days whose rollup of spans has not changed since are as they were. */
  #lookedMs = 0
  #running = Promise.resolve()
  #isLooking = false

  constructor(parts: EdgeRollupParts) {
    this.#parts = parts
    this.#timer = setInterval(() => {
      if (!this.#isLooking) void this.look()
    }, lookEveryMs)
    this.#timer.unref()
  }

  /** Looks now, after what is being looked at. */
  look(): Promise<void> {
    this.#isLooking = true
    this.#running = this.#running
      .then(() => this.#lookOnce())
      .catch((error: unknown) => {
        if (this.#stopping.signal.aborted) return
        this.#parts.report(`Cannot make service edges, trying again in ${lookEveryMs / 1000} s: ${error}`)
      })
      .finally(() => {
        this.#isLooking = false
      })
    return this.#running
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#stopping.abort()
    await this.#running
  }

  async #lookOnce(): Promise<void> {
    const { store, nowUnixMs } = this.#parts
    const nowMs = nowUnixMs()
    const stored = await store.partitions()
    const days = stored.filter(({ table }) => table === 'spans').map(({ partition }) => partition)
    const changedMs = new Map(
      stored.filter(({ table }) => table === 'span_red').map((part) => [part.partition, part.changedMs]),
    )
    // Time goes on in a day that is not over, whether or not it changes.
    const mayBeDue = (day: string): boolean =>
      partitionEndMs(day) > nowMs - hourMs || (changedMs.get(day) ?? 0) >= this.#lookedMs
    for (const day of days.toSorted().toReversed().filter(mayBeDue)) {
      if (this.#stopping.signal.aborted) return
      await this.#makeDay(partitionEndMs(day))
    }
    // What was loaded while it looked is looked for once more.
    this.#lookedMs = nowMs - 2 * minuteMs
    for (const at of this.#madeAs.keys()) if (this.#madeAs.size > madeAsMax) this.#madeAs.delete(at)
  }

  async #makeDay(endMs: number): Promise<void> {
    const { query, nowUnixMs } = this.#parts
    const { signal } = this.#stopping
    const settledToMs = Math.floor((nowUnixMs() - settledMs) / minuteMs) * minuteMs
    const range = { fromMs: endMs - dayMs, toMs: Math.min(endMs, settledToMs) }
    if (range.toMs <= range.fromMs) return
    const due = (await query.dueMinutes(range, { signal })).filter(({ at, seen }) => this.#madeAs.get(at) !== seen)
    for (const together of inRuns(due).toReversed()) {
      if (signal.aborted) return
      await this.#makeInParts(together)
    }
  }

  /** What is too much for one question is made in halves; one minute that is, stays as it was. */
  async #makeInParts(due: readonly DueMinute[]): Promise<void> {
    try {
      await this.#make(due)
    } catch (error) {
      if (!(error instanceof QueryError) || this.#stopping.signal.aborted) throw error
      const [only] = due
      if (due.length > 1) {
        const half = Math.ceil(due.length / 2)
        await this.#makeInParts(due.slice(half))
        await this.#makeInParts(due.slice(0, half))
      } else if (only !== undefined) {
        this.#madeAs.set(only.at, only.seen)
        const minute = new Date(only.at * 1000).toISOString()
        this.#parts.report(`Cannot make the service edges of ${minute}: ${error.message}`)
      }
    }
  }

  async #make(due: readonly DueMinute[]): Promise<void> {
    const { store, query } = this.#parts
    const { signal } = this.#stopping
    const startMs = performance.now()
    const spans = due.reduce((sum, { seen }) => sum + seen, 0)
    const ask = { minutes: due.map(({ at }) => at), oneOf: sampleOf(spans, spansAtOnce) }
    const rows = await query.makeEdges(ask, { signal })
    // The same minutes made of as much are the same rows, whoever makes them.
    const token = `edges-${due[0]?.at}-${rows.map(({ spans }) => spans).join('-')}`
    await store.keep({ table: 'service_edges', lines: rows.map((row) => JSON.stringify(row)).join('\n'), token })
    for (const { at, seen } of due) this.#madeAs.set(at, seen)
    await pause((performance.now() - startMs) * (1 / dutyShare - 1), signal)
  }
}

const madeAsMax = 50_000

/** Minutes that follow one another, as many as may be made at once. */
export function inRuns(due: readonly DueMinute[]): DueMinute[][] {
  const runs: DueMinute[][] = []
  let spans = 0
  for (const minute of due) {
    const run = runs.at(-1)
    const follows = run?.at(-1)?.at === minute.at - minuteMs / 1000
    if (run !== undefined && follows && run.length < minutesAtOnceMax && spans + minute.seen <= spansAtOnce) {
      run.push(minute)
      spans += minute.seen
    } else {
      runs.push([minute])
      spans = minute.seen
    }
  }
  return runs
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
