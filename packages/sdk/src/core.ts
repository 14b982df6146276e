import { Clock } from './clock.ts'
import {
  type ContextStorage,
  type Contexts,
  contextOf,
  openContextStorage,
  rootContext,
  suppressedContext,
} from './context/context.ts'
import type { AttributeEncoding } from './encode/attributes.ts'
import { Keys } from './encode/keys.ts'
import type { ExportForm, Signal } from './export/exporter.ts'
import { encodeResource } from './export/resource.ts'
import { SignalBuffer } from './export/signal-buffer.ts'
import { processScope } from './instrument/instrument.ts'
import { Instrumentation } from './instrumentation.ts'
import { type WatchOfEnd, watchEndOfProcess } from './lifecycle.ts'
import { JsonLines } from './logs/json-line.ts'
import { LineOutput } from './logs/line-output.ts'
import { type LogRecord, levels, severityOf } from './logs/log-record.ts'
import { LogScope } from './logs/log-scope.ts'
import { Logger, Logging } from './logs/logger.ts'
import { Metering, meterOf } from './metrics/metering.ts'
import { PushedMetrics } from './metrics/pushed-metrics.ts'
import { Workers } from './metrics/workers/workers.ts'
import { isTerminal } from './node-parts.ts'
import { firstInstalled } from './on-demand/installed.ts'
import { loadOnDemand, type OnDemand } from './on-demand/load.ts'
import { readSettings, type Settings } from './options.ts'
import { Pipeline } from './pipeline.ts'
import type { Attributes, Log, Meter, Span as PublicSpan, SdkCounts, StartOptions, Trace } from './public.ts'
import { IdSource } from './random.ts'
import { openReport, type Report, writeStderr } from './report.ts'
import { RemoteSpan } from './traces/remote-span.ts'
import { Span } from './traces/span.ts'
import { knownSpan, Tracing } from './traces/tracing.ts'

const ownScope = { name: 'wakeline', version: '', schemaUrl: '' }
/** Until start() nothing is sent: so much is kept for it, per signal. */
const earlyBufferMaxBytes = 1_048_576
const stdout = 1
/** Packages that publish what they do on a TracingChannel. */
const publishing = ['mysql2', 'ioredis', '@redis/client']
const laneMinMs = 20
const watchDelayMs = 200

/**
 * The whole SDK of one process: there is one, in the slot, whichever module face loaded first. Recording works from the
 * first line of the program; start() says where it goes.
 */
export class Core {
  readonly log: Log
  readonly meter: Meter
  readonly trace: Trace
  readonly storage: ContextStorage = openContextStorage()
  readonly clock = new Clock()
  readonly report: Report = openReport(writeStderr, () => performance.now())
  readonly how: AttributeEncoding
  readonly buffers: Record<Signal, SignalBuffer>
  /** What holds records back hands them over then. */
  readonly beforeFlush = new Set<() => void>()
  readonly tracing: Tracing
  readonly logging: Logging
  readonly metering: Metering
  readonly workers: Workers
  readonly encoder: PushedMetrics
  private readonly instrumentation: Instrumentation
  private readonly output: LineOutput
  private readonly limits: { stringMax: number }
  private readonly spanLimits: { stringMax: number }
  /** For what is loaded on demand. */
  readonly contexts: Contexts
  /** What the modules beside `wakeline` keep for the process: health, shutdown, the request log. */
  private readonly kept = new Map<string, unknown>()
  private settings: Settings
  private resourceBytes: Uint8Array | undefined = undefined
  private instanceId: string | undefined = undefined
  private isRegistered = false
  private readonly stopOnDemand: ((() => void) | undefined)[] = []
  private stopPreferring: (() => void) | undefined = undefined
  private pipeline: Pipeline | undefined = undefined
  private watch: WatchOfEnd | undefined = undefined

  constructor() {
    const settings = this.read({}, () => {})
    this.settings = settings
    this.limits = { stringMax: settings.attributeLengthMax }
    this.spanLimits = { stringMax: settings.spanLimits.stringMax }
    this.how = { keys: new Keys(), limits: this.limits }
    const buffer = () => new SignalBuffer(earlyBufferMaxBytes, Number.POSITIVE_INFINITY)
    this.buffers = { traces: buffer(), logs: buffer(), metrics: buffer() }
    const { storage, clock, how, report } = this
    const shared = { storage, clock, how }
    this.contexts = {
      storage,
      active: () => storage.getStore() ?? rootContext,
      of: contextOf,
      span: (context) => knownSpan(context.span),
    }
    this.tracing = new Tracing({
      ...shared,
      how: { keys: how.keys, limits: this.spanLimits },
      ids: new IdSource(),
      settings: { sampler: settings.sampler, ...settings.spanLimits },
      buffer: this.buffers.traces,
    })
    this.output = new LineOutput(stdout, (run, delayMs) => this.schedule(run, delayMs))
    const logSettings = { attributesMax: settings.attributesMax }
    this.logging = new Logging({
      ...shared,
      report,
      settings: logSettings,
      buffer: this.buffers.logs,
      show: this.showAs(settings.logOutput),
    })
    this.setLevels(settings)
    this.metering = new Metering({
      settings: { seriesMax: settings.seriesMax, seriesExpiryMs: settings.seriesExpiryMs },
      report,
      seldom: () => loadOnDemand('metrics', report)?.seldom,
      nowUnixMs: () => clock.nowUnixMs(),
      activeSpan: () => (this.settings.exemplars ? ownSpan(storage.getStore()?.span) : undefined),
    })
    this.encoder = new PushedMetrics(this.metering, how, report)
    this.workers = new Workers({ ...this, schedule: (run, delayMs) => this.schedule(run, delayMs) })
    const { tracing, metering, logging } = this
    this.instrumentation = new Instrumentation({ storage, tracing, metering, logging }, this.buffers.traces)
    this.log = new Logger(logging, logging.named(''), undefined)
    this.meter = meterOf(metering, ownScope)
    this.trace = this.openTrace()
    // Log lines shown before start() must not be lost either.
    process.once('exit', () => this.output.writeImmediately())
  }

  private openTrace(): Trace {
    const chunk = this.buffers.traces.scope(ownScope)
    return <T>(name: string, first: Attributes | ((span: PublicSpan) => T), second?: (span: PublicSpan) => T): T => {
      if (typeof first === 'function') return this.tracing.run(chunk, name, undefined, first as (span: Span) => T)
      return this.tracing.run(chunk, name, first, second as (span: Span) => T)
    }
  }

  start(options: StartOptions): void {
    if (this.pipeline !== undefined) {
      this.report(
        'start() was called twice: the second call is ignored. With --import wakeline/register it is not needed',
      )
      return
    }
    const settings = this.read(options, this.report)
    this.settings = settings
    this.resourceBytes = undefined
    this.instanceId = undefined
    this.apply(settings)
    if (settings.disabled) return
    this.pipeline = new Pipeline({
      settings,
      resource: () => this.resource(settings),
      instance: () => this.instance(),
      form: (signal) => this.formOf(signal, settings),
      buffers: this.buffers,
      metering: this.metering,
      encoder: this.encoder,
      clock: this.clock,
      report: this.report,
      schedule: (run, delayMs) => this.schedule(run, delayMs),
      background: (run) => this.background(run),
    })
    if (settings.temporality !== 'cumulative' || settings.nativeHistograms)
      this.stopPreferring = loadOnDemand('metrics', this.report)?.preferMetrics(this, settings)
    this.pipeline.start()
    if (settings.exported.metrics) this.workers.begin(true)
    this.observeSelf()
    this.instrumentation.start(settings.instrument)
    this.startOnDemand(settings)
    if (settings.targets.metrics.served)
      this.stopOnDemand.push(loadOnDemand('prometheus', this.report)?.answerScrapes(this))
    if (settings.registerOpenTelemetry && firstInstalled(['@opentelemetry/api'])) this.registerOpenTelemetry()
    this.watch = watchEndOfProcess(
      {
        flush: () => this.flush(settings.exitTimeoutMs),
        pending: () => this.pipeline?.pending() ?? false,
        lastWords: () => this.lastWords(),
        lastLines: () => this.lastLines(),
        crashed: (error, isFatal) => this.crashed(error, isFatal),
      },
      settings.handleSignals,
    )
  }

  private read(options: StartOptions, wrong: (sentence: string) => void): Settings {
    const named = options.serviceName ?? process.env['OTEL_SERVICE_NAME']
    return readSettings(options, {
      env: process.env,
      isTerminal: isTerminal(stdout),
      package: named !== undefined && options.serviceVersion !== undefined ? {} : readPackage(),
      wrong,
    })
  }

  private apply(settings: Settings): void {
    this.limits.stringMax = settings.attributeLengthMax
    this.spanLimits.stringMax = settings.spanLimits.stringMax
    Object.assign(this.tracing.settings, settings.spanLimits, { sampler: settings.sampler })
    this.applyPropagators(settings.propagators)
    this.logging.settings.attributesMax = settings.attributesMax
    this.metering.settings.seriesMax = settings.seriesMax
    this.metering.settings.seriesExpiryMs = settings.seriesExpiryMs
    this.setLevels(settings)
    this.logging.show = this.showAs(settings.logOutput)
    for (const signal of ['traces', 'logs', 'metrics'] as const) {
      const buffer = this.buffers[signal]
      buffer.maxBytes = settings.bufferMaxBytes
      buffer.takeAtBytes = settings.batchMaxBytes
      buffer.enabled = settings.exported[signal] && !settings.disabled
    }
  }

  private applyPropagators(names: readonly string[]): void {
    const { propagation } = this.tracing
    propagation.traceContext = names.includes('tracecontext')
    propagation.w3cBaggage = names.includes('baggage')
    const others = names.filter((name) => name !== 'tracecontext' && name !== 'baggage' && name !== 'none')
    const part = others.length === 0 ? undefined : loadOnDemand('propagation', this.report)
    propagation.formats = part?.propagationFormats(others, this.report) ?? []
  }

  private formOf(signal: Signal, { targets }: Settings): ExportForm | undefined {
    const { to, json } = targets[signal]
    if (!json && to.join() === 'otlp') return undefined
    return loadOnDemand('exporting', this.report)?.exportForm(signal, targets[signal])
  }

  /** Made late: loading node:crypto takes milliseconds. */
  private instance(): string {
    this.instanceId ??= process.getBuiltinModule('node:crypto').randomUUID()
    return this.instanceId
  }

  private setLevels({ logLevel, logRules }: Settings): void {
    this.logging.setLevel(logLevel)
    for (const [name, level] of logRules) this.logging.rule(name, severityOf(level) ?? this.logging.severity)
  }

  private resource(settings: Settings): Uint8Array {
    this.resourceBytes ??= encodeResource(
      {
        'service.instance.id': this.instance(),
        'telemetry.sdk.name': 'wakeline',
        'telemetry.sdk.language': 'nodejs',
        ...loadOnDemand('resource', this.report)?.detectedResource(),
        ...settings.resource,
        'service.name': settings.serviceName,
        'service.version': settings.serviceVersion,
      },
      this.how,
    )
    return this.resourceBytes
  }

  private showAs(output: Settings['logOutput']): (record: LogRecord) => void {
    const lines = new JsonLines(this.how)
    const severe = levels.error.severity
    if (output === 'none') return () => {}
    const json = (record: LogRecord) => {
      const writer = this.output.open()
      if (writer === undefined) return
      lines.write(writer, record)
      this.output.close(record.level.severity >= severe)
    }
    if (output === 'json') return json
    let pretty: OnDemand['pretty'] | undefined | null = null
    return (record) => {
      if (pretty === null) pretty = loadOnDemand('pretty', this.report)
      if (pretty === undefined) json(record)
      else this.output.write(pretty.prettyLine(record, this.how), true)
    }
  }

  /** What was sent and lost, as metrics of the SDK's own. */
  private observeSelf(): void {
    const { pipeline } = this
    if (pipeline === undefined) return
    for (const kind of ['sent', 'dropped'] as const) {
      const options = { unit: '{record}', description: `Records ${kind} by the SDK.` }
      this.meter.observableCounter(`wakeline.sdk.${kind}`, options, (observe) => {
        for (const count of pipeline.counts()) observe(count[kind], { signal: count.signal })
      })
    }
  }

  private startOnDemand({ instrument, exported }: Settings): void {
    const { contexts, tracing, metering, buffers, report, stopOnDemand } = this
    if (instrument.channels && exported.traces && firstInstalled(publishing) !== undefined) {
      const parts = {
        contexts,
        tracing,
        metering,
        buffers,
        yields: (name: string) => this.instrumentation.yields(name),
      }
      stopOnDemand.push(loadOnDemand('channels', report)?.instrumentChannels(parts))
    }
    // Not needed in the first moments of a program, and loading perf_hooks then would make its start slower.
    const timer = this.schedule(() => {
      if (instrument.process) {
        const meter = meterOf(metering, processScope)
        stopOnDemand.push(loadOnDemand('process', report)?.startProcessMetrics(metering, meter))
      }
      if (instrument.lanes && exported.traces)
        stopOnDemand.push(loadOnDemand('lanes', report)?.watchLanes(tracing, { minMs: laneMinMs }))
    }, watchDelayMs)
    stopOnDemand.push(() => clearTimeout(timer))
  }

  /** Once: what is registered works on the one state of the process, and stays so after stop(). */
  private registerOpenTelemetry(): void {
    if (this.isRegistered) return
    this.isRegistered = true
    const { contexts, tracing, metering, logging, buffers, report } = this
    loadOnDemand('opentelemetry', report)?.registerOpenTelemetry({
      contexts,
      tracing,
      metering,
      logging,
      buffers,
      report,
      propagation: tracing.propagation,
      asked: (name) => this.instrumentation.tracerAsked(name),
      flush: () => this.flush(),
      schedule: (run, delayMs) => this.schedule(run, delayMs),
    })
  }

  /** The one thing of this name in the process, made by whoever asks first: the module faces share it. */
  once<T>(name: string, make: () => T): T {
    if (!this.kept.has(name)) this.kept.set(name, make())
    return this.kept.get(name) as T
  }

  /** Timers of the SDK do not keep the process alive and do not hold on to the request they were set in. */
  schedule(run: () => void, delayMs: number): NodeJS.Timeout {
    return this.background(() => setTimeout(run, delayMs).unref())
  }

  /** Runs what is the SDK's own work, not the program's: nothing of it is traced. */
  background<T>(run: () => T): T {
    return this.storage.run(suppressedContext, run)
  }

  async flush(timeoutMs: number = this.settings.exportTimeoutMs): Promise<void> {
    this.instrumentation.tellOver()
    this.output.flush()
    for (const run of this.beforeFlush) run()
    await this.pipeline?.flush(timeoutMs)
  }

  /** Sends and writes everything, because the process is about to be ended on purpose. */
  async flushAtEnd(): Promise<void> {
    await this.watch?.flush()
    this.lastLines()
  }

  /** Log lines that wait are written now, and those to come at once. */
  lastLines(): void {
    this.output.writeImmediately()
  }

  async stop(): Promise<void> {
    this.watch?.stop()
    this.watch = undefined
    this.instrumentation.stop()
    for (const stop of this.stopOnDemand.splice(0)) stop?.()
    await this.flush(this.settings.exitTimeoutMs)
    this.workers.end()
    this.pipeline?.stop()
    this.pipeline = undefined
    this.stopPreferring?.()
    this.stopPreferring = undefined
  }

  private lastWords(): void {
    this.workers.isOver = true
    this.endOpenSpans(undefined)
    for (const run of this.beforeFlush) run()
    this.output.writeImmediately()
    this.pipeline?.lastWords()
  }

  private crashed(error: unknown, isFatal: boolean): void {
    const level = isFatal ? levels.fatal : levels.error
    const { thrown } = this.tracing
    const context = thrown?.error === error ? thrown?.context : this.storage.getStore()
    this.storage.run(context ?? rootContext, () => {
      this.logging.write(this.logging.named(''), undefined, level, 'uncaught exception', [
        error instanceof Error ? error : { thrown: error },
      ])
      if (isFatal) this.endOpenSpans(error)
    })
  }

  /** The active span and those around it: nobody else will end them any more. */
  private endOpenSpans(error: unknown): void {
    this.instrumentation.tellOver()
    const context = this.storage.getStore()
    const open: Span[] = []
    for (let span = context?.span; span instanceof Span; span = span.parent) open.push(span)
    if (error !== undefined) for (const span of open) span.recordError(error)
    this.instrumentation.cut(context)
    for (const span of open) span.end()
  }

  withContext<T>(attributes: Attributes, fn: () => T): T {
    const context = this.storage.getStore() ?? rootContext
    const outer = context.scope
    const bound = outer?.bound === undefined ? this.logging.bind(attributes) : outer.bound.and(attributes)
    return this.storage.run(context.withScope(LogScope.inside(outer, bound)), fn)
  }

  activeSpan(): PublicSpan | undefined {
    const span = this.storage.getStore()?.span
    return span instanceof Span ? span : undefined
  }

  counts(): SdkCounts {
    const counts: SdkCounts = {
      sent: { traces: 0, logs: 0, metrics: 0 },
      dropped: { traces: this.buffers.traces.dropped, logs: this.buffers.logs.dropped, metrics: 0 },
      retries: 0,
    }
    for (const { signal, sent, dropped, retries } of this.pipeline?.counts() ?? []) {
      counts.sent[signal] = sent
      counts.dropped[signal] = dropped
      counts.retries += retries
    }
    return counts
  }
}

function ownSpan(span: unknown): Span | RemoteSpan | undefined {
  return span instanceof Span || span instanceof RemoteSpan ? span : undefined
}

function readPackage(): { name?: string; version?: string } {
  try {
    const { readFileSync } = process.getBuiltinModule('node:fs')
    const found: unknown = JSON.parse(readFileSync('package.json', 'utf8'))
    if (typeof found !== 'object' || found === null) return {}
    const name: unknown = Reflect.get(found, 'name')
    const version: unknown = Reflect.get(found, 'version')
    return { ...(typeof name === 'string' ? { name } : {}), ...(typeof version === 'string' ? { version } : {}) }
  } catch {
    return {}
  }
}
