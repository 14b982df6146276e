import type { Clock } from '../clock.ts'
import { type Context, type ContextStorage, rootContext } from '../context/context.ts'
import { Propagation } from '../context/propagation.ts'
import type { AttributeEncoding } from '../encode/attributes.ts'
import type { RecordWriter } from '../encode/record-writer.ts'
import type { ScopeChunk, SignalBuffer } from '../export/signal-buffer.ts'
import type { Attributes } from '../public.ts'
import type { IdSource } from '../random.ts'
import { writeSpan } from './encode-span.ts'
import { RemoteSpan } from './remote-span.ts'
import { isSampled, type Sampler } from './sampler.ts'
import { SeenErrors } from './seen-errors.ts'
import { Span, spanKind } from './span.ts'
import { TraceIdentity } from './trace-identity.ts'

/** What spans may hold; what is over is dropped and counted in the span. */
export interface SpanLimits {
  attributesMax: number
  eventsMax: number
  linksMax: number
  /** Of one event, of one link. */
  eventAttributesMax: number
  linkAttributesMax: number
}

export interface TracingSettings extends SpanLimits {
  sampler: Sampler
}

export interface SpanRequest {
  readonly kind: number
  /** Milliseconds since 1970, or 0 for now. */
  readonly startUnixMs: number
  /** Begin a new trace, whatever is active. */
  readonly root: boolean
  /** Whoever asks calls `atPieceEnd` when the piece of code that begins the span is over. */
  readonly saysWhenPieceEnds?: boolean
}

const internalNow: SpanRequest = { kind: spanKind.internal, startUnixMs: 0, root: false }

/** Makes spans and takes them back when they end. */
export class Tracing {
  readonly ids: IdSource
  readonly clock: Clock
  readonly settings: TracingSettings
  readonly seenErrors = new SeenErrors()
  readonly propagation = new Propagation()
  /** Set by the program at run time: goes over the sampler of the settings. */
  sampler: Sampler | undefined = undefined
  /** Told of each span when it starts. */
  readonly atStart: ((span: Span, request: SpanRequest) => void)[] = []
  /** Called when a piece of code that began a span is over, by those who said they would. */
  atPieceEnd: (() => void) | undefined = undefined
  /** The innermost context that an error was thrown through: none is around any more when it ends the process. */
  thrown: { readonly error: unknown; readonly context: Context } | undefined = undefined
  /** Told of each sampled span when it has ended, before it is encoded; whoever returns true has taken it over. */
  readonly atEnd: ((span: Span, scope: ScopeChunk) => unknown)[] = []
  private readonly storage: ContextStorage
  private readonly buffer: SignalBuffer
  readonly how: AttributeEncoding
  private readonly write = (writer: RecordWriter, span: Span): void => writeSpan(writer, span, this.how)

  constructor(parts: {
    ids: IdSource
    clock: Clock
    settings: TracingSettings
    storage: ContextStorage
    buffer: SignalBuffer
    how: AttributeEncoding
  }) {
    this.ids = parts.ids
    this.clock = parts.clock
    this.settings = parts.settings
    this.storage = parts.storage
    this.buffer = parts.buffer
    this.how = parts.how
  }

  /** Starts a span under the one that `context` carries. */
  start(
    scope: ScopeChunk,
    name: string,
    context: Pick<Context, 'span' | 'suppressed'>,
    request: SpanRequest = internalNow,
  ): Span {
    const parent = request.root ? undefined : knownSpan(context.span)
    const identity = parent === undefined ? this.newIdentity() : parent.identity
    const sampled = !context.suppressed && isSampled(this.sampler ?? this.settings.sampler, parent?.sampled, identity)
    const span = new Span(this, scope, {
      name,
      kind: request.kind,
      identity,
      sampled,
      parent,
      startUnixMs: request.startUnixMs,
    })
    // Nobody asks, as a rule: a loop over nothing is not for free.
    if (this.atStart.length > 0) for (const tell of this.atStart) tell(span, request)
    return span
  }

  private newIdentity(): TraceIdentity {
    const ids = this.ids
    const identity = new TraceIdentity(ids.next(), ids.next(), ids.next(), ids.nextNonZero())
    identity.random = true
    return identity
  }

  /** Runs `fn` inside a new span and ends it when `fn` is done. */
  run<T>(scope: ScopeChunk, name: string, attributes: Attributes | undefined, fn: (span: Span) => T): T {
    const context = this.storage.getStore() ?? rootContext
    const span = this.start(scope, name, context)
    if (attributes !== undefined) span.setAttributes(attributes)
    const within = context.withSpan(span)
    let result: T
    try {
      result = this.storage.run(within, fn, span)
    } catch (thrown) {
      this.thrownIn(within, thrown)
      span.recordError(thrown)
      span.end()
      throw thrown
    }
    if (isThenable(result)) return endWhenSettled(result, span)
    span.end()
    return result
  }

  thrownIn(context: Context, error: unknown): void {
    if (this.thrown?.error !== error) this.thrown = { error, context }
  }

  /** Called by a sampled span once, when it ends: from here on only its bytes exist. */
  ended(span: Span, scope: ScopeChunk): void {
    if (this.atEnd.length > 0) for (const tell of this.atEnd) if (tell(span, scope) === true) return
    try {
      this.buffer.append(scope, span, this.write)
    } catch {
      // Nothing a span holds should make encoding fail; if it does, the record is lost, not the program.
      this.buffer.refuse(1)
    }
  }
}

/** Our own classes, or a span context made by another SDK. */
export function knownSpan(span: Context['span']): Span | RemoteSpan | undefined {
  if (span === undefined || span instanceof Span || span instanceof RemoteSpan) return span
  return RemoteSpan.of(span.spanContext())
}

function isThenable<T>(value: T): value is T & PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/**
 * The promise that is returned is the derived one: handling the original here would hide an unhandled rejection from
 * Node, and the program would live on where it crashed before.
 */
function endWhenSettled<T>(result: T & PromiseLike<unknown>, span: Span): T {
  const derived = result.then(
    (value) => {
      span.end()
      return value
    },
    (thrown) => {
      span.recordError(thrown)
      span.end()
      throw thrown
    },
  )
  return derived as T
}
