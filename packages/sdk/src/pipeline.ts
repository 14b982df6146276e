import type { Clock } from './clock.ts'
import { Exporter, type ExportForm, type Signal } from './export/exporter.ts'
import type { Request, Sender, SendResult } from './export/sender.ts'
import type { SignalBuffer } from './export/signal-buffer.ts'
import type { Metering } from './metrics/metering.ts'
import type { PushedMetrics } from './metrics/pushed-metrics.ts'
import { loadOnDemand } from './on-demand/load.ts'
import type { Settings } from './options.ts'
import type { Report } from './report.ts'

export interface PipelineParts {
  readonly settings: Settings
  resource(): Uint8Array
  /** Names this process from start() to stop(). */
  instance(): string
  form(signal: Signal): ExportForm | undefined
  readonly buffers: Record<Signal, SignalBuffer>
  readonly metering: Metering
  readonly encoder: PushedMetrics
  readonly clock: Clock
  readonly report: Report
  schedule(run: () => void, delayMs: number): NodeJS.Timeout
  background<T>(run: () => T): T
}

const dropReportIntervalMs = 30_000

/** Everything between the buffers and the backend, from start() to stop(). */
export class Pipeline {
  private readonly parts: PipelineParts
  /** Loaded with the first batch. */
  private sender: Sender | undefined = undefined
  private readonly exporters: Exporter[]
  private readonly metrics: Exporter
  private readonly timers: NodeJS.Timeout[] = []
  private reportedDropped = 0
  private flushing = 0
  private reportedAtMs = 0

  constructor(parts: PipelineParts) {
    this.parts = parts
    const { settings } = parts
    const open = (signal: Signal) =>
      new Exporter({
        settings: {
          signal,
          ...settings.targets[signal],
          headers: { ...settings.targets[signal].headers, 'user-agent': 'wakeline-sdk' },
          form: parts.form(signal),
          resource: parts.resource,
          instance: parts.instance,
        },
        buffer: parts.buffers[signal],
        send: (request) => this.send(request),
        report: parts.report,
        schedule: parts.schedule,
        random: Math.random,
      })
    this.exporters = [open('traces'), open('logs')]
    this.metrics = open('metrics')
    this.metrics.replaces = settings.temporality === 'cumulative'
    this.exporters.forEach((exporter) => {
      // From a record's own call stack only a timer is set: sending is not the program's work.
      const buffer = parts.buffers[exporter.settings.signal]
      let asked = false
      buffer.onFull = () => {
        if (asked) return
        asked = true
        parts.schedule(() => {
          asked = false
          exporter.exportNow()
        }, 0)
      }
    })
  }

  private async send(request: Request): Promise<SendResult> {
    this.sender ??= loadOnDemand('sending', this.parts.report)?.openSender(Date.now)
    this.sender?.hold(this.flushing > 0)
    return this.sender?.send(request) ?? { kind: 'refused', why: 'there is nothing to send it with' }
  }

  start(): void {
    const { settings, background } = this.parts
    background(() => {
      const every = ({ settings: { signal } }: Exporter, run: () => void) =>
        this.timers.push(setInterval(run, settings.targets[signal].intervalMs).unref())
      for (const exporter of this.exporters) every(exporter, () => this.tick(exporter))
      if (settings.exported.metrics) every(this.metrics, () => void this.exportMetrics())
    })
  }

  private tick(exporter: Exporter): void {
    this.parts.clock.follow()
    exporter.exportNow()
    const dropped = this.dropped()
    if (dropped > this.reportedDropped && performance.now() - this.reportedAtMs > dropReportIntervalMs) {
      this.parts.report(
        `Dropped ${dropped - this.reportedDropped} records: the buffers are full or the backend refused them`,
      )
      this.reportedDropped = dropped
      this.reportedAtMs = performance.now()
    }
  }

  private async exportMetrics(): Promise<void> {
    await this.parts.metering.runObservers()
    this.replaceMetrics()
  }

  private replaceMetrics(): void {
    const taken = this.parts.encoder.encode(this.parts.clock.nowUnixMs())
    if (taken !== undefined) this.metrics.replace(taken)
  }

  /** Sends everything there is, metrics included. The process stays alive for it, for at most `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    this.flushing++
    this.sender?.hold(true)
    let deadline: NodeJS.Timeout | undefined
    const tooLate = new Promise<void>((resolve) => {
      deadline = setTimeout(resolve, timeoutMs)
    })
    try {
      await Promise.race([tooLate, this.parts.background(() => this.flushAll())])
    } finally {
      clearTimeout(deadline)
      if (--this.flushing === 0) this.sender?.hold(false)
    }
  }

  private async flushAll(): Promise<void> {
    if (this.parts.settings.exported.metrics) await this.exportMetrics()
    await Promise.all([...this.exporters, this.metrics].map((exporter) => exporter.flush()))
  }

  pending(): boolean {
    return Object.values(this.parts.buffers).some((buffer) => buffer.records > 0 || buffer.queuedBytes > 0)
  }

  /** Blocks until what is left has been sent, for at most the exit timeout. */
  lastWords(): void {
    const { settings, metering, report } = this.parts
    if (settings.exported.metrics) {
      metering.startObservers()
      for (const run of metering.after) void run()
      const taken = this.parts.encoder.encode(this.parts.clock.nowUnixMs())
      if (taken !== undefined) this.metrics.replaceQuietly(taken)
    }
    const requests = [...this.exporters, this.metrics].flatMap((exporter) => exporter.remaining())
    if (requests.length === 0) return
    if (loadOnDemand('last-words', report)?.sendLastWords(requests, settings.exitTimeoutMs) !== true)
      report('Cannot send the last telemetry before the process ends')
  }

  private dropped(): number {
    const buffers = Object.values(this.parts.buffers).reduce((sum, buffer) => sum + buffer.dropped, 0)
    return [...this.exporters, this.metrics].reduce((sum, exporter) => sum + exporter.dropped, buffers)
  }

  counts(): { signal: Signal; sent: number; dropped: number; retries: number }[] {
    return [...this.exporters, this.metrics].map((exporter) => ({
      signal: exporter.settings.signal,
      sent: exporter.sent,
      dropped: exporter.dropped + this.parts.buffers[exporter.settings.signal].dropped,
      retries: exporter.retries,
    }))
  }

  stop(): void {
    for (const timer of this.timers.splice(0)) clearInterval(timer)
    for (const exporter of [...this.exporters, this.metrics]) exporter.stop()
    for (const buffer of Object.values(this.parts.buffers)) buffer.onFull = () => {}
    this.sender?.stop()
  }
}
