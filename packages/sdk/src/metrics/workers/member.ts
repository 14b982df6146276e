import cluster from 'node:cluster'
import type { Report } from '../../report.ts'
import type { MetricsEncoder } from '../encode-metrics.ts'
import type { Metering } from '../metering.ts'
import { type FromPrimary, type FromWorker, threadChannel, unwrap, wrap } from './messages.ts'
import { Teller } from './tell.ts'

export interface MemberParts {
  readonly metering: Metering
  readonly encoder: Pick<MetricsEncoder, 'isQuiet'>
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
  private isAdopted = false
  private nodeNames: Metering | undefined = undefined
  private turn = 0
  private telling: Promise<void> | undefined = undefined

  constructor(parts: MemberParts, port: MemberPort) {
    this.parts = parts
    this.port = port
    this.teller = new Teller(() => (this.nodeNames === undefined ? [parts.metering] : [parts.metering, this.nodeNames]))
    parts.metering.after.add(() => this.tell())
    port.listen(
      (message) => this.heard(message),
      () => this.release(),
    )
    process.on('exit', () => this.lastWords())
    port.post({ kind: 'hello' })
  }

  private heard(message: FromPrimary): void {
    if (message.kind === 'who') this.port.post({ kind: 'hello' })
    else if (message.kind === 'adopt') this.adopted(message.nodeNames)
    else if (message.kind === 'release') this.release()
    else void this.answer(message)
  }

  private adopted(withNodeNames: boolean): void {
    this.isAdopted = true
    if (withNodeNames) this.nodeNames ??= this.parts.openNodeNames()
    this.parts.encoder.isQuiet = true
  }

  private release(): void {
    this.isAdopted = false
    this.parts.encoder.isQuiet = false
  }

  private async answer({ request, nodeNames }: Extract<FromPrimary, { kind: 'collect' }>): Promise<void> {
    if (!this.isAdopted || nodeNames) this.adopted(nodeNames)
    if (this.nodeNames !== undefined) await this.nodeNames.runObservers()
    await this.parts.metering.runObservers()
    this.port.post({ kind: 'answer', request })
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
    for (const metrics of this.teller.parts()) {
      this.port.post({ kind: 'part', turn, metrics })
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.port.post({ kind: 'told', turn })
  }

  private lastWords(): void {
    for (const metrics of this.teller.parts()) this.port.post({ kind: 'part', turn: this.turn, metrics })
    this.port.post({ kind: 'bye' })
  }
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
