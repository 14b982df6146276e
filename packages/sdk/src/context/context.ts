import type { AsyncLocalStorage } from 'node:async_hooks'
import type { LogScope } from '../logs/log-scope.ts'
import type { RemoteSpan } from '../traces/remote-span.ts'
import type { Span, SpanLink } from '../traces/span.ts'
import { HeaderBaggage } from './looks.ts'

/** A value under a key of `@opentelemetry/api`; a chain, because adding is common and reading rare. */
interface Held {
  readonly key: symbol
  readonly value: unknown
  readonly next: Held | undefined
}

/** Anything that answers `getValue`: contexts made by a copy of `@opentelemetry/api`. */
export interface ForeignContext {
  getValue(key: symbol): unknown
}

/** Keys every copy of `@opentelemetry/api` and `@opentelemetry/core` agrees on. */
const spanKey = Symbol.for('OpenTelemetry Context Key SPAN')
export const baggageKey = Symbol.for('OpenTelemetry Baggage Key')
const suppressKey = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
export const rpcMetadataKey = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA')

/** What a context carries. A span of ours or of another maker: anything with `spanContext()`. */
export interface Carried {
  readonly span: SpanLink | undefined
  readonly scope: LogScope | undefined
  readonly baggage: unknown
  readonly suppressed: boolean
}

/**
 * The one context: active span, request ids and log bindings, baggage. Never changed, only copied with a difference.
 * It is also the `Context` of `@opentelemetry/api`: what instrumentations set there is found here and the other way.
 */
export class Context implements Carried {
  readonly span: SpanLink | undefined
  readonly scope: LogScope | undefined
  readonly baggage: unknown
  readonly suppressed: boolean
  private readonly held: Held | undefined
  /** Asked for what is not here. */
  protected foreign: ForeignContext | undefined

  constructor(carried: Carried, held?: Held, foreign?: ForeignContext) {
    this.span = carried.span
    this.scope = carried.scope
    this.baggage = carried.baggage
    this.suppressed = carried.suppressed
    this.held = held
    this.foreign = foreign
  }

  private but(change: Partial<Carried>): Context {
    const { span, scope, baggage, suppressed } = this
    return new Context({ span, scope, baggage, suppressed, ...change }, this.held, this.foreign)
  }

  withSpan(span: SpanLink | undefined): Context {
    const carried = { span, scope: this.scope, baggage: this.baggage, suppressed: this.suppressed }
    return new Context(carried, this.held, this.foreign)
  }

  withScope(scope: LogScope | undefined): Context {
    return this.but({ scope })
  }

  withBaggage(baggage: unknown): Context {
    return this.but({ baggage })
  }

  getValue(key: symbol): unknown {
    if (key === spanKey) return this.span
    if (key === baggageKey) return this.baggage instanceof HeaderBaggage ? this.baggage.entries : this.baggage
    if (key === suppressKey) return this.suppressed
    for (let held = this.held; held !== undefined; held = held.next) if (held.key === key) return held.value
    return this.foreign === this ? undefined : this.foreign?.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    if (key === spanKey) return this.withSpan(isSpanLink(value) ? value : undefined)
    if (key === baggageKey) return this.withBaggage(value)
    if (key === suppressKey) return this.but({ suppressed: value === true })
    return new Context(this, { key, value, next: this.held }, this.foreign)
  }

  deleteValue(key: symbol): Context {
    return this.setValue(key, undefined)
  }
}

export const rootContext = new Context({ span: undefined, scope: undefined, baggage: undefined, suppressed: false })

/** For the SDK's own timers and requests: nothing done here is traced. */
export const suppressedContext = rootContext.setValue(suppressKey, true)

function isSpanLink(value: unknown): value is SpanLink {
  return typeof value === 'object' && value !== null && 'spanContext' in value
}

/** Takes a context made elsewhere; one of ours is returned as it is. */
export function contextOf(other: ForeignContext): Context {
  if (other instanceof Context) return other
  const span = other.getValue(spanKey)
  const carried = {
    span: isSpanLink(span) ? span : undefined,
    scope: undefined,
    baggage: other.getValue(baggageKey),
    suppressed: other.getValue(suppressKey) === true,
  }
  return new Context(carried, undefined, other)
}

/** The contexts of this process, for what is loaded on demand: it may not import the classes of this file. */
export interface Contexts {
  readonly storage: ContextStorage
  active(): Context
  /** A context made elsewhere as one of ours. */
  of(other: ForeignContext): Context
  /** The span of a context when it is ours or can be read: of another SDK, its identity. */
  span(context: Context): Span | RemoteSpan | undefined
}

/** The only AsyncLocalStorage: each further one would make every `await` of the program slower. */
export type ContextStorage = AsyncLocalStorage<Context | undefined>

export function openContextStorage(): ContextStorage {
  return new (process.getBuiltinModule('node:async_hooks').AsyncLocalStorage)<Context | undefined>()
}
