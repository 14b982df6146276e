import { textOf } from '../encode/plain-value.ts'
import type { Scope } from '../export/signal-buffer.ts'
import type {
  Attributes,
  GaugeOptions,
  HistogramOptions,
  InstrumentOptions,
  LabelNames,
  Meter,
  Observe,
} from '../public.ts'
import type { Report } from '../report.ts'
import type { ExemplarSource, ExemplarSpan } from './exemplars.ts'
import { HistogramInstrument, type InstrumentParts, NumberInstrument, type Slots } from './instruments.ts'
import type { InstrumentShape, NumberKind, Points, SummaryPoints } from './points.ts'
import type { Seldom } from './seldom.ts'
import type { WrongUse } from './wrong-use.ts'

/** A kind that the core does not know. */
export type OwnInstrument = Slots & SummaryPoints & Pick<HistogramInstrument, 'record'>
export type Instrument = NumberInstrument | HistogramInstrument | OwnInstrument

type NumberOptions = InstrumentOptions & GaugeOptions & Partial<LabelNames<string>>

const differing = ['unit', 'labels', 'boundaries', 'aggregate'] as const

/** What two of one name disagree on; what was left out the second time is no disagreement. */
export function differsIn(known: InstrumentShape, wanted: InstrumentShape): (typeof differing)[number] | undefined {
  return differing.find((part) => wanted[part] && String(known[part]) !== String(wanted[part]))
}

export interface MeteringSettings {
  seriesMax: number
  /** Series unused for so long are forgotten; 0: never. */
  seriesExpiryMs: number
}

const secondsBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const otherBoundaries = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000]
const instrumentsMax = 5_000
/** A scrape is given up after ten seconds, as a rule. */
const observeMaxMs = 5_000

type Observer = () => void | Promise<void>

export interface MeteringParts {
  readonly settings: MeteringSettings
  readonly report: Report
  /** Undefined when it cannot be loaded, which is said by whoever tries. */
  seldom(): Seldom | undefined
  nowUnixMs(): number
  activeSpan(): ExemplarSpan | undefined
}

/** All instruments of the process, by scope and name, and the callbacks that are asked when metrics are collected. */
export class Metering {
  readonly settings: MeteringSettings
  private readonly scopes = new Map<string, { scope: Scope; instruments: Map<string, Instrument> }>()
  /** Instruments whose series live from one collection to the next only as long as they are observed. */
  private readonly observed = new Set<Points>()
  private readonly observers = new Set<Observer>()
  /** Those that were asked and have not answered. */
  private readonly asked = new Set<Observer>()
  /** Run before and after the observers, each time metrics are collected; they do not reject. */
  readonly before: Set<() => Promise<void>> = new Set()
  readonly after: Set<() => Promise<void> | void> = new Set()
  /** Told of each histogram that is made. */
  madeHistogram: (made: HistogramInstrument) => void = () => {}
  private readonly wrong: (use: WrongUse) => void
  private readonly seldom: MeteringParts['seldom']
  private readonly nowUnixMs: () => number
  private readonly exemplars: ExemplarSource
  private observing: Promise<void> | undefined = undefined
  private count = 0
  private expiredAtMs = 0

  constructor(parts: MeteringParts) {
    this.settings = parts.settings
    this.seldom = parts.seldom
    this.wrong = (use) => {
      const sentence = parts.seldom()?.sentenceOf(use)
      if (sentence !== undefined) parts.report(sentence)
    }
    this.nowUnixMs = parts.nowUnixMs
    this.exemplars = { epoch: 1, activeSpan: parts.activeSpan, nowUnixMs: parts.nowUnixMs }
  }

  /** An instrument whose values come from callbacks. */
  observable(scope: Scope, kind: NumberKind, name: string, options?: InstrumentOptions): NumberInstrument {
    const instrument = this.number(scope, kind, name, options)
    this.observed.add(instrument)
    return instrument
  }

  number(scope: Scope, kind: NumberKind, name: string, options?: NumberOptions): NumberInstrument {
    return this.make(scope, shapeOf(name, kind, options), NumberInstrument)
  }

  histogram(
    scope: Scope,
    name: string,
    options: HistogramOptions & Partial<LabelNames<string>> = {},
  ): HistogramInstrument {
    const known = this.find(scope, name)?.shape.boundaries
    const boundaries =
      this.boundaries(name, options.boundaries) ??
      (known?.length ? known : options.unit === 's' ? secondsBoundaries : otherBoundaries)
    const made = this.make(scope, shapeOf(name, 'histogram', options, boundaries), HistogramInstrument)
    this.madeHistogram(made)
    return made
  }

  /** The instrument of this shape: the one that is there, or a new one. */
  make<T extends Instrument>(scope: Scope, shape: InstrumentShape, Kind: new (parts: InstrumentParts) => T): T {
    const known = this.known(scope, shape)
    // Of one kind there is one class, though maybe in two copies: each module face may bring its own.
    return known ? (known as T) : this.add(scope, known, new Kind(this.parts(shape)))
  }

  /** The instrument of that name, if there is one. */
  find(scope: Scope, name: string): Instrument | undefined {
    return this.instruments(scope).get(textOf(name).toLowerCase())
  }

  isObserved(instrument: Points): boolean {
    return this.observed.has(instrument)
  }

  /** Asked each time metrics are collected; returns how to stop that. */
  observe(observer: Observer): () => void {
    this.observers.add(observer)
    return () => this.observers.delete(observer)
  }

  /** Runs `add`; the returned function takes back every observer it added. */
  observersOf(add: () => void): () => void {
    const before = new Set(this.observers)
    add()
    const added = [...this.observers].filter((observer) => !before.has(observer))
    return () => {
      for (const observer of added) this.observers.delete(observer)
    }
  }

  /**
   * Calls every observer; resolves when the asynchronous ones are done. A failing one is said and skipped. A push and a
   * scrape at the same time share one run: each forgets what was observed before.
   */
  runObservers(): Promise<void> {
    this.observing ??= this.collect().finally(() => {
      this.observing = undefined
    })
    return this.observing
  }

  private async collect(): Promise<void> {
    await Promise.all(Array.from(this.before, (run) => run()))
    await Promise.all(this.startObservers())
    await Promise.all(Array.from(this.after, (run) => run()))
  }

  /** Calls every observer and waits for none: all that can be done at exit. */
  startObservers(): Promise<void>[] {
    const pending: Promise<void>[] = []
    this.exemplars.epoch++
    this.expire()
    for (const instrument of this.observed) if ('used' in instrument) instrument.used.fill(0)
    for (const observer of this.observers) {
      if (this.asked.has(observer)) continue
      try {
        const result = observer()
        if (result instanceof Promise) pending.push(this.waitFor(observer, result))
      } catch (thrown) {
        this.failed(thrown)
      }
    }
    return pending
  }

  /** One that hangs must not hold up what the others have said. It is not asked again before it has answered. */
  private waitFor(observer: Observer, answer: Promise<void>): Promise<void> {
    this.asked.add(observer)
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.failed(`no answer within ${observeMaxMs} ms`)
        resolve()
      }, observeMaxMs).unref()
      void answer.catch(this.failed).then(() => {
        clearTimeout(timer)
        this.asked.delete(observer)
        resolve()
      })
    })
  }

  private readonly failed = (thrown: unknown): void => this.wrong({ kind: 'observer', thrown })

  /** Looks at all series, but seldom: an hour may be a quarter longer. */
  private expire(): void {
    const { seriesExpiryMs } = this.settings
    const nowMs = this.nowUnixMs()
    if (seriesExpiryMs === 0 || nowMs - this.expiredAtMs < seriesExpiryMs / 4) return
    this.expiredAtMs = nowMs
    for (const { instruments } of this.all()) {
      for (const instrument of instruments) this.seldom()?.expireSeries(instrument, nowMs, seriesExpiryMs)
    }
  }

  *all(): Generator<{ scope: Scope; instruments: Iterable<Instrument> }> {
    for (const { scope, instruments } of this.scopes.values()) yield { scope, instruments: instruments.values() }
  }

  private parts(shape: InstrumentShape): InstrumentParts {
    const { settings, wrong, seldom } = this
    const { name, labels = [] } = shape
    return {
      shape,
      exemplars: this.exemplars,
      nowUnixMs: this.nowUnixMs,
      wrong,
      limits: {
        get seriesMax() {
          return shape.seriesMax ?? settings.seriesMax
        },
        labels: shape.labels,
        mislabelled: (kind, key) => wrong({ kind, name, key, labels }),
        overflowed: (series) => {
          const grown = seldom()?.grownAttribute(series) ?? { name: '', distinct: 0 }
          wrong({ kind: 'overflow', name, max: shape.seriesMax ?? settings.seriesMax, grown })
          return grown.name
        },
      },
    }
  }

  private instruments(scope: Scope): Map<string, Instrument> {
    const key = `${scope.name}\n${scope.version}`
    let entry = this.scopes.get(key)
    if (entry === undefined) {
      entry = { scope, instruments: new Map() }
      this.scopes.set(key, entry)
    }
    return entry.instruments
  }

  /** The instrument of that name when it has the same kind; `false` when the name is taken by another kind. */
  private known(scope: Scope, shape: InstrumentShape): Instrument | undefined | false {
    const known = this.instruments(scope).get(shape.name.toLowerCase())
    if (known === undefined) return known
    const isSame = known.shape.kind === shape.kind
    if (!isSame || differsIn(known.shape, shape)) this.wrong({ kind: 'shape', known: known.shape, wanted: shape })
    return isSame && known
  }

  private add<T extends Instrument>(scope: Scope, known: Instrument | undefined | false, made: T): T {
    if (known !== undefined) return made
    const { name } = made.shape
    if (this.count >= instrumentsMax || name === '') {
      this.wrong({ kind: 'instruments', name, max: instrumentsMax })
      return made
    }
    this.count++
    this.instruments(scope).set(name.toLowerCase(), made)
    return made
  }

  private boundaries(name: string, given: readonly number[] | undefined): readonly number[] | undefined {
    if (given === undefined) return undefined
    const ascending =
      Array.isArray(given) &&
      given.every((bound, i) => Number.isFinite(bound) && (i === 0 || bound > (given[i - 1] ?? 0)))
    if (ascending && given.length <= 1000) return given
    this.wrong({ kind: 'boundaries', name })
    return undefined
  }
}

export function shapeOf(
  name: string,
  kind: InstrumentShape['kind'],
  { unit = '', description = '', labels, seriesMax, aggregate }: NumberOptions = {},
  boundaries: readonly number[] = [],
): InstrumentShape {
  return { name: textOf(name), kind, unit, description, boundaries, labels, seriesMax, aggregate }
}

/** The public face for one scope. */
export function meterOf(metering: Metering, scope: Scope): Meter {
  const observable = (
    kind: 'counter' | 'upDownCounter' | 'gauge',
    name: string,
    options: InstrumentOptions,
    observe: Observe,
  ) => {
    const instrument = metering.observable(scope, kind, name, options)
    metering.observe(() => observe((value, attributes) => instrument.set(value, attributes as Attributes | undefined)))
  }
  return {
    counter: (name: string, options?: NumberOptions) => metering.number(scope, 'counter', name, options),
    upDownCounter: (name: string, options?: NumberOptions) => metering.number(scope, 'upDownCounter', name, options),
    gauge: (name: string, options?: NumberOptions) => metering.number(scope, 'gauge', name, options),
    histogram: (name: string, options?: HistogramOptions & Partial<LabelNames<string>>) =>
      metering.histogram(scope, name, options),
    observableCounter: (name, options, observe) => observable('counter', name, options, observe),
    observableUpDownCounter: (name, options, observe) => observable('upDownCounter', name, options, observe),
    observableGauge: (name, options, observe) => observable('gauge', name, options, observe),
  }
}
