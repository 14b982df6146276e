/** The part of a span an exemplar refers to. */
export interface ExemplarSpan {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
}

/** One measured value and the sampled span it was measured in. */
export interface Exemplar {
  readonly value: number
  readonly unixMs: number
  readonly span: ExemplarSpan
}

/** How often metrics were collected so far: after each time, places take a new exemplar. */
export interface ExemplarSource {
  epoch: number
  activeSpan(): ExemplarSpan | undefined
  nowUnixMs(): number
}

/**
 * One exemplar per place (a series, or one bucket of it): of the first value in a sampled span since metrics were last
 * collected. So a hot path pays one comparison, not a look at the context.
 */
export class Exemplars {
  private epochs = new Uint32Array(0)
  private readonly found = new Map<number, Exemplar>()
  private readonly source: ExemplarSource

  constructor(source: ExemplarSource) {
    this.source = source
  }

  offer(place: number, value: number): void {
    if (this.epochs[place] !== this.source.epoch) this.take(place, value)
  }

  at(place: number): Exemplar | undefined {
    return this.found.get(place)
  }

  put(place: number, exemplar: Exemplar): void {
    this.found.set(place, exemplar)
  }

  forget(place: number): void {
    this.found.delete(place)
    this.epochs[place] = 0
  }

  grow(places: number): void {
    const epochs = new Uint32Array(places)
    epochs.set(this.epochs)
    this.epochs = epochs
  }

  private take(place: number, value: number): void {
    const span = this.source.activeSpan()
    if (span === undefined || !span.sampled) return
    this.epochs[place] = this.source.epoch
    const { traceId, spanId, sampled } = span
    this.found.set(place, { value, unixMs: this.source.nowUnixMs(), span: { traceId, spanId, sampled } })
  }
}
