import cluster from 'node:cluster'
import type { Report } from '../../report.ts'
import type { Dialect } from '../exposition/negotiate.ts'
import type { Metering } from '../metering.ts'
import type { PushedMetrics } from '../pushed-metrics.ts'
import { type FromPrimary, type FromWorker, threadChannel, unwrap, type WireMetric, wrap } from './messages.ts'
import { Teller } from './tell.ts'

export interface MemberParts {
  readonly metering: Metering
  readonly encoder: Pick<PushedMetrics, 'isQuiet'>
  readonly report: Report
  /** prom-client's names, made when the primary wants them. */
  openNodeNames(): Metering
}

export interface MemberPort {
  post(message: FromWorker): void
  /** `lost`: whoever was there is gone. */
  listen(heard: (message: FromPrimary) => void, lost: () => void): void
}

/**
 * The worker's side. What it measures goes to the primary whenever metrics are collected here (asked for, each metric
 * interval, at a flush) and at exit; it pushes nothing itself while it is adopted.
 */
export class Member {
  private readonly parts: MemberParts
  private readonly port: MemberPort
  private readonly teller: Teller
  private readonly scrapes = new Map<number, (message: Scraped) => void>()
  private requests = 0
  private isHeard = false
  private isAdopted = false
  private nodeNames: Metering | undefined = undefined
  private turn = 0
  private untold: Iterable<WireMetric[]> = []
  private telling: Promise<void> | undefined = undefined

  constructor(parts: MemberParts, port: MemberPort) {
    this.parts = parts
    this.port = port
    this.teller = new Teller(() => (this.nodeNames === undefined ? [parts.metering] : [parts.metering, this.nodeNames]))
    parts.metering.after.add(() => this.tell())
    port.listen(
      (message) => this.heard(message),
      () => {
        this.isHeard = false
        this.release()
      },
    )
    process.on('exit', () => this.lastWords())
    port.post({ kind: 'hello' })
  }

  private heard(message: FromPrimary): void {
    this.isHeard = true
    if (message.kind === 'who') this.port.post({ kind: 'hello' })
    else if (message.kind === 'adopt') this.adopted(message)
    else if (message.kind === 'scraped') this.scrapes.get(message.request)?.(message)
    else if (message.kind === 'release') this.release()
    else if (message.kind === 'collect') void this.answer(message)
  }

  private adopted({ nodeNames, pushes }: { nodeNames: boolean; pushes: boolean }): void {
    this.isAdopted = true
    if (nodeNames) this.nodeNames ??= this.parts.openNodeNames()
    this.parts.encoder.isQuiet = pushes
  }

  private release(): void {
    this.isAdopted = false
    this.parts.encoder.isQuiet = false
  }

  private async answer(asked: Extract<FromPrimary, { kind: 'collect' }>): Promise<void> {
    this.adopted(asked)
    if (this.nodeNames !== undefined) await this.nodeNames.runObservers()
    await this.parts.metering.runObservers()
    this.port.post({ kind: 'answer', request: asked.request })
  }

  /**
   * What the primary would answer to a scrape, or undefined when there is none: then a scrape of this worker is of this
   * worker only. Rejects when it falls silent.
   */
  scrape(dialect: Dialect, nodeNames: boolean): AsyncGenerator<Buffer[]> | undefined {
    return this.isHeard ? this.scraped(dialect, nodeNames) : undefined
  }

  private async *scraped(dialect: Dialect, nodeNames: boolean): AsyncGenerator<Buffer[]> {
    const request = ++this.requests
    const waiting: Scraped[] = []
    let wake = () => {}
    this.scrapes.set(request, (message) => {
      waiting.push(message)
      wake()
    })
    try {
      this.port.post({ kind: 'scrape', request, dialect, nodeNames })
      for (;;) {
        const next = waiting.shift()
        if (next === undefined) await awoken((done) => (wake = done))
        else if (next.isLast) return
        else yield [Buffer.from(next.chunk, 'base64')]
      }
    } finally {
      this.scrapes.delete(request)
    }
  }

  /** One after the other: what is told twice would be counted twice. */
  private tell(): Promise<void> {
    if (!this.isAdopted) {
      this.port.post({ kind: 'hello' })
      return Promise.resolve()
    }
    this.telling ??= this.tellParts()
      .catch((thrown: unknown) => this.parts.report(`Cannot tell the metrics of this worker: ${String(thrown)}`))
      .finally(() => {
        this.telling = undefined
      })
    return this.telling
  }

  /** The event loop turns between two parts. */
  private async tellParts(): Promise<void> {
    const turn = ++this.turn
    this.untold = this.teller.parts()
    for (const metrics of this.untold) {
      this.port.post({ kind: 'part', turn, metrics })
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.port.post({ kind: 'told', turn })
  }

  private lastWords(): void {
    // What was being told is told to its end: it is known to nobody else any more.
    for (const parts of [this.untold, this.teller.parts()])
      for (const metrics of parts) this.port.post({ kind: 'part', turn: this.turn, metrics })
    this.port.post({ kind: 'bye' })
  }
}

type Scraped = Extract<FromPrimary, { kind: 'scraped' }>

/** The primary itself waits a second for its workers. */
const silenceMaxMs = 3_000

function awoken(listen: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const silent = () => reject(new Error(`the primary said nothing for ${silenceMaxMs} ms`))
    const timer = setTimeout(silent, silenceMaxMs)
    listen(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** The way to the primary of `cluster`, when this process is one of its workers. */
export function clusterPort(): MemberPort | undefined {
  if (!process.connected || !cluster.isWorker) return undefined
  return {
    post: (message) => {
      if (process.connected) process.send?.(wrap(message), undefined, {}, () => {})
    },
    listen: (heard, lost) => {
      process.on('internalMessage', (wrapped: unknown) => {
        const message = unwrap<FromPrimary>(wrapped)
        if (message !== undefined) heard(message)
      })
      process.once('disconnect', lost)
    },
  }
}

/** The way to the main thread, from another thread. */
export function threadPort(): MemberPort | undefined {
  const { isMainThread, threadId, BroadcastChannel } = process.getBuiltinModule('node:worker_threads')
  if (isMainThread) return undefined
  const channel = new BroadcastChannel(threadChannel(threadId))
  return {
    post: (message) => channel.postMessage(wrap(message)),
    listen: (heard) => {
      channel.onmessage = (event: unknown) => {
        const message = unwrap<FromPrimary>(Reflect.get(Object(event), 'data'))
        if (message !== undefined) heard(message)
      }
      channel.unref()
    },
  }
}
