import { monotonicMs } from '../clock.ts'
import { errorType, messageOf, stackOf } from '../encode/plain-value.ts'
import { readable } from '../encode/readable.ts'
import type { ScopeChunk } from '../export/signal-buffer.ts'
import { hexOfWord } from '../hex.ts'
import type { Attributes, AttributeValue, Span as PublicSpan } from '../public.ts'
import { RemoteSpan, spanContextOf } from './remote-span.ts'
import type { SharedAttributes } from './shared-attributes.ts'
import { type TimeInput, unixMsOf } from './time-input.ts'
import type { TraceIdentity } from './trace-identity.ts'
import type { Tracing } from './tracing.ts'

/** The span context of `@opentelemetry/api`. */
export interface SpanContextLike {
  traceId: string
  spanId: string
  traceFlags: number
  isRemote?: boolean
  traceState?: {
    get(key: string): string | undefined
    set(key: string, value: string): never | unknown
    unset(key: string): unknown
    serialize(): string
  }
}

/** Whatever a context may carry as its active span. */
export interface SpanLink {
  spanContext(): SpanContextLike
}

export { spanKind } from './span-kind.ts'

/** OTLP numbers. */
export const statusCode = { unset: 0, ok: 1, error: 2 } as const

export interface SpanEvent {
  readonly name: string
  readonly unixMs: number
  readonly attributes: object | undefined
}

export interface LinkedSpan {
  readonly span: RemoteSpan
  readonly attributes: object | undefined
}

export interface SpanStart {
  readonly name: string
  readonly kind: number
  readonly identity: TraceIdentity
  readonly sampled: boolean
  readonly parent: Span | RemoteSpan | undefined
  readonly startUnixMs: number
}

/**
 * A span in progress: numbers and one flat list of attributes, encoded to its bytes when it ends. Serves both our own
 * API and `@opentelemetry/api`. One that is not sampled keeps nothing.
 */
export class Span implements PublicSpan, SpanLink {
  readonly identity: TraceIdentity
  readonly idHigh: number
  readonly idLow: number
  readonly sampled: boolean
  readonly remote: boolean
  readonly kind: number
  readonly startUnixMs: number
  readonly parentHigh: number
  readonly parentLow: number
  readonly parentRemote: boolean
  /** The enclosing span while both are open: a crash ends the whole chain. */
  parent: Span | undefined
  name: string
  endUnixMs: number
  /** Key, value, key, value, beside the shared ones. One that is undefined is left out. */
  attributes: unknown[]
  droppedAttributes: number
  events: SpanEvent[] | undefined
  droppedEvents: number
  links: LinkedSpan[] | undefined
  droppedLinks: number
  status: number
  statusMessage: string | undefined
  readonly tracing: Tracing
  private readonly scope: ScopeChunk
  readonly startMonotonicMs: number
  /** Attributes that many spans have, before its own: their bytes are there already. */
  shared: SharedAttributes | undefined

  constructor(tracing: Tracing, scope: ScopeChunk, start: SpanStart) {
    this.tracing = tracing
    this.scope = scope
    this.identity = start.identity
    this.idHigh = tracing.ids.next()
    this.idLow = tracing.ids.nextNonZero()
    this.sampled = start.sampled
    this.kind = start.kind
    this.name = start.name
    const parent = start.parent
    this.parentHigh = parent === undefined ? 0 : parent.idHigh
    this.parentLow = parent === undefined ? 0 : parent.idLow
    this.parentRemote = parent?.remote ?? false
    this.parent = parent instanceof Span && parent.endUnixMs === 0 ? parent : undefined
    // Assigned here and not beside their names: initialisers are a call of their own for each span.
    this.remote = false
    this.endUnixMs = 0
    this.attributes = []
    this.shared = undefined
    this.droppedAttributes = 0
    this.events = undefined
    this.droppedEvents = 0
    this.links = undefined
    this.droppedLinks = 0
    this.status = statusCode.unset
    this.statusMessage = undefined
    this.startMonotonicMs = monotonicMs()
    this.startUnixMs = start.startUnixMs === 0 ? tracing.clock.unixMsAt(this.startMonotonicMs) : start.startUnixMs
  }

  get traceId(): string {
    return this.identity.hex()
  }

  get spanId(): string {
    return hexOfWord(this.idHigh) + hexOfWord(this.idLow)
  }

  spanContext(): SpanContextLike {
    return spanContextOf(this)
  }

  isRecording(): boolean {
    return this.sampled && this.endUnixMs === 0
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (!this.sampled || this.endUnixMs !== 0 || value === undefined) return this
    const attributes = this.attributes
    for (let i = 0; i < attributes.length; i += 2) {
      if (attributes[i] === key) {
        attributes[i + 1] = value
        return this
      }
    }
    if (attributes.length >= this.tracing.settings.attributesMax * 2) this.droppedAttributes++
    else attributes.push(key, value)
    return this
  }

  setAttributes(attributes: Attributes): this {
    if (!this.isRecording()) return this
    if (this.attributes.length > 0) {
      for (const [key, value] of Object.entries(readable(attributes))) this.setAttribute(key, value)
      return this
    }
    // Keys of one object differ: nothing to look for among what was set before.
    const own = this.attributes
    const lengthMax = this.tracing.settings.attributesMax * 2
    try {
      for (const key in attributes) {
        const value = attributes[key]
        if (value === undefined) continue
        if (own.length >= lengthMax) this.droppedAttributes++
        else own.push(key, value)
      }
    } catch {
      // A getter or a Proxy that throws.
      this.droppedAttributes = 0
      this.setAttributes(readable(attributes))
    }
    return this
  }

  addEvent(name: string, attributesOrTime?: object | TimeInput, time?: TimeInput): this {
    if (!this.isRecording()) return this
    const timeFirst = isTime(attributesOrTime)
    const given = timeFirst ? attributesOrTime : time
    const unixMs = given === undefined ? this.tracing.clock.nowUnixMs() : unixMsOf(given, this.tracing.clock)
    const attributes = timeFirst || typeof attributesOrTime !== 'object' ? undefined : attributesOrTime
    this.events ??= []
    if (this.events.length >= this.tracing.settings.eventsMax) this.droppedEvents++
    else this.events.push({ name, unixMs, attributes })
    return this
  }

  addLink(link: { context: SpanContextLike; attributes?: object }): this {
    if (!this.isRecording()) return this
    try {
      const { context, attributes } = link
      const span = RemoteSpan.of(context)
      if (span === undefined) return this
      this.links ??= []
      if (this.links.length >= this.tracing.settings.linksMax) this.droppedLinks++
      else this.links.push({ span, attributes })
    } catch {
      // What is no link is none.
    }
    return this
  }

  addLinks(links: readonly { context: SpanContextLike; attributes?: object }[]): this {
    for (const link of links) this.addLink(link)
    return this
  }

  /** `@opentelemetry/api`: 0 unset (ignored), 1 ok (final), 2 error. */
  setStatus(status: { code: number; message?: string }): this {
    if (!this.isRecording() || status.code === statusCode.unset || this.status === statusCode.ok) return this
    this.status = status.code
    this.statusMessage = status.code === statusCode.error ? status.message : undefined
    return this
  }

  updateName(name: string): this {
    if (this.isRecording()) this.name = name
    return this
  }

  recordException(exception: unknown, time?: TimeInput): void {
    if (!this.isRecording()) return
    const [type, message] = [errorType(exception), messageOf(exception)]
    const attributes = {
      'exception.type': type,
      'exception.message': message,
      'exception.stacktrace': stackOf(exception),
    }
    this.addEvent('exception', attributes, time)
  }

  /** The event goes only to the span where the error began; those around it are marked as failed. */
  recordError(error: unknown): this {
    if (!this.isRecording()) return this
    if (!this.tracing.seenErrors.has(error)) this.recordException(error)
    this.tracing.seenErrors.add(error)
    this.setAttribute('error.type', errorType(error))
    return this.setStatus({ code: statusCode.error, message: messageOf(error) })
  }

  end(endTime?: TimeInput): void {
    if (endTime === undefined) this.endAt(monotonicMs())
    else this.endAtUnixMs(Math.max(this.startUnixMs, unixMsOf(endTime, this.tracing.clock)))
  }

  /** At a reading of `monotonicMs`. */
  endAt(monotonicMs: number): void {
    this.endAtUnixMs(this.startUnixMs + (monotonicMs - this.startMonotonicMs))
  }

  /** The same, with attributes whose bytes are known, and more that are not among them: key, value, key, value. */
  endWith(shared: SharedAttributes, more: unknown[], monotonicMs: number): void {
    const isWhole = shared.list.length + more.length <= this.tracing.settings.attributesMax * 2
    if (isWhole && this.attributes.length === 0) {
      this.attributes = more
      this.shared = shared
    } else {
      const all = shared.list.concat(more)
      for (let i = 0; i < all.length; i += 2) this.setAttribute(String(all[i]), all[i + 1])
    }
    this.endAt(monotonicMs)
  }

  private endAtUnixMs(unixMs: number): void {
    if (this.endUnixMs !== 0) return
    this.endUnixMs = unixMs
    this.parent = undefined
    if (this.sampled) this.tracing.ended(this, this.scope)
  }
}

function isTime(value: unknown): value is TimeInput {
  try {
    return typeof value === 'number' || value instanceof Date || (Array.isArray(value) && typeof value[0] === 'number')
  } catch {
    return false
  }
}
