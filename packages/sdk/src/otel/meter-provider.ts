import type { Scope } from '../export/signal-buffer.ts'
import type { HistogramInstrument, NumberInstrument } from '../metrics/instruments.ts'
import type { Metering } from '../metrics/metering.ts'
import type { Attributes, InstrumentOptions } from '../public.ts'

interface OtelOptions extends InstrumentOptions {
  advice?: { explicitBucketBoundaries?: number[] }
}

interface ObservableResult {
  observe(value: number, attributes?: Attributes): void
}
type ObservableCallback = (result: ObservableResult) => void | Promise<void>
interface BatchResult {
  observe(metric: OtelObservable, value: number, attributes?: Attributes): void
}
type BatchCallback = (result: BatchResult) => void | Promise<void>

/** The MeterProvider of `@opentelemetry/api`. */
export class OtelMeterProvider {
  private readonly metering: Metering
  private readonly flush: () => Promise<void>

  constructor(metering: Metering, flush: () => Promise<void>) {
    this.metering = metering
    this.flush = flush
  }

  getMeter(name: string, version?: string, options?: { schemaUrl?: string }): OtelMeter {
    return new OtelMeter(this.metering, {
      name: String(name || 'unknown'),
      version: version ?? '',
      schemaUrl: options?.schemaUrl ?? '',
    })
  }

  forceFlush(): Promise<void> {
    return this.flush()
  }

  shutdown(): Promise<void> {
    return this.flush()
  }
}

class OtelMeter {
  private readonly metering: Metering
  private readonly scope: Scope
  private readonly batches = new Map<BatchCallback, () => void>()

  constructor(metering: Metering, scope: Scope) {
    this.metering = metering
    this.scope = scope
  }

  createCounter(name: string, options?: OtelOptions): NumberInstrument {
    return this.metering.number(this.scope, 'counter', name, options)
  }

  createUpDownCounter(name: string, options?: OtelOptions): NumberInstrument {
    return this.metering.number(this.scope, 'upDownCounter', name, options)
  }

  createGauge(name: string, options?: OtelOptions): NumberInstrument {
    return this.metering.number(this.scope, 'gauge', name, options)
  }

  createHistogram(name: string, options?: OtelOptions): HistogramInstrument {
    const boundaries = options?.advice?.explicitBucketBoundaries
    return this.metering.histogram(this.scope, name, {
      ...options,
      ...(boundaries === undefined ? {} : { boundaries }),
    })
  }

  createObservableCounter(name: string, options?: OtelOptions): OtelObservable {
    return new OtelObservable(this.metering, this.metering.observable(this.scope, 'counter', name, options))
  }

  createObservableUpDownCounter(name: string, options?: OtelOptions): OtelObservable {
    return new OtelObservable(this.metering, this.metering.observable(this.scope, 'upDownCounter', name, options))
  }

  createObservableGauge(name: string, options?: OtelOptions): OtelObservable {
    return new OtelObservable(this.metering, this.metering.observable(this.scope, 'gauge', name, options))
  }

  addBatchObservableCallback(callback: BatchCallback): void {
    if (this.batches.has(callback)) return
    const result: BatchResult = { observe: (metric, value, attributes) => metric.instrument.set(value, attributes) }
    this.batches.set(
      callback,
      this.metering.observe(() => callback(result)),
    )
  }

  removeBatchObservableCallback(callback: BatchCallback): void {
    this.batches.get(callback)?.()
    this.batches.delete(callback)
  }
}

class OtelObservable {
  readonly instrument: NumberInstrument
  private readonly metering: Metering
  private readonly callbacks = new Map<ObservableCallback, () => void>()

  constructor(metering: Metering, instrument: NumberInstrument) {
    this.metering = metering
    this.instrument = instrument
  }

  addCallback(callback: ObservableCallback): void {
    if (this.callbacks.has(callback)) return
    const result: ObservableResult = { observe: (value, attributes) => this.instrument.set(value, attributes) }
    this.callbacks.set(
      callback,
      this.metering.observe(() => callback(result)),
    )
  }

  removeCallback(callback: ObservableCallback): void {
    this.callbacks.get(callback)?.()
    this.callbacks.delete(callback)
  }
}
