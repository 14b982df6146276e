import type { Context, ContextStorage } from './context/context.ts'
import type { SignalBuffer } from './export/signal-buffer.ts'
import { instrumentFetch } from './instrument/fetch.ts'
import { HttpClientInstrument } from './instrument/http-client.ts'
import { HttpServerInstrument } from './instrument/http-server.ts'
import { fetchScope, httpClientScope, httpServerScope, type InstrumentParts } from './instrument/instrument.ts'
import type { Logging } from './logs/logger.ts'
import type { Metering } from './metrics/metering.ts'
import type { Settings } from './options.ts'
import type { Tracing } from './traces/tracing.ts'

/** The OpenTelemetry packages that do what ours does: once one asks for a tracer, ours keeps quiet. */
const sameWork = new Map([
  ['@opentelemetry/instrumentation-http', 'http'],
  ['@opentelemetry/instrumentation-undici', 'fetch'],
  ['@opentelemetry/instrumentation-mysql2', 'mysql2'],
  ['@opentelemetry/instrumentation-ioredis', 'ioredis'],
  ['@opentelemetry/instrumentation-redis', 'node-redis'],
])

/** The built-in instrumentation, made once and started and stopped as a whole. */
export class Instrumentation {
  /** No set: each request asks, by a name that stands in the code. */
  private readonly taken: Record<string, boolean> = {}
  private readonly parts: Omit<InstrumentParts, 'chunk' | 'yields'>
  private readonly buffer: SignalBuffer
  private server: HttpServerInstrument | undefined = undefined
  private client: HttpClientInstrument | undefined = undefined
  private stops: (() => void)[] = []

  constructor(
    parts: { storage: ContextStorage; tracing: Tracing; metering: Metering; logging: Logging },
    buffer: SignalBuffer,
  ) {
    this.parts = parts
    this.buffer = buffer
  }

  /** A tracer of this name was asked for. */
  tracerAsked(name: string): void {
    const work = sameWork.get(name)
    if (work !== undefined) this.taken[work] = true
  }

  /** Whether an OpenTelemetry package does this work. */
  yields(work: string): boolean {
    return this.taken[work] === true
  }

  start(wanted: Settings['instrument']): void {
    const http = () => this.taken['http'] === true
    const fetch = () => this.taken['fetch'] === true
    if (wanted.httpServer) {
      this.server ??= new HttpServerInstrument({
        ...this.parts,
        chunk: this.buffer.scope(httpServerScope),
        yields: http,
      })
      this.stops.push(this.server.start())
    }
    if (wanted.httpClient) {
      this.client ??= new HttpClientInstrument({
        ...this.parts,
        chunk: this.buffer.scope(httpClientScope),
        yields: http,
      })
      this.stops.push(this.client.start())
    }
    if (wanted.fetch)
      this.stops.push(instrumentFetch({ ...this.parts, chunk: this.buffer.scope(fetchScope), yields: fetch }))
  }

  /** Requests that are over are told of now. */
  tellOver(): void {
    this.server?.tellOver()
  }

  /** The same at the end of the process, and the request of this context is over. */
  cut(context: Context | undefined): void {
    this.server?.cut(context)
  }

  stop(): void {
    for (const stop of this.stops.splice(0)) stop()
  }
}
