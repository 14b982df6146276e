import { looks } from '../context/looks.ts'
import { hexOfWord, wordOfHex } from '../hex.ts'
import type { SpanContextLike, SpanLink } from './span.ts'
import { TraceIdentity } from './trace-identity.ts'

/** A span that is recorded elsewhere: the caller's, or one another SDK made. Only its identity is known. */
export class RemoteSpan implements SpanLink {
  readonly identity: TraceIdentity
  readonly idHigh: number
  readonly idLow: number
  readonly sampled: boolean
  readonly remote: boolean

  constructor(identity: TraceIdentity, idHigh: number, idLow: number, sampled: boolean, remote: boolean) {
    this.identity = identity
    this.idHigh = idHigh
    this.idLow = idLow
    this.sampled = sampled
    this.remote = remote
  }

  /** The same for a span context of `@opentelemetry/api`, or undefined when its ids are not valid. */
  static of(context: SpanContextLike): RemoteSpan | undefined {
    if (!/^(?!0+$)[0-9a-f]{32}$/.test(context.traceId) || !/^(?!0+$)[0-9a-f]{16}$/.test(context.spanId))
      return undefined
    const identity = TraceIdentity.ofHex(context.traceId)
    identity.random = (context.traceFlags & 2) !== 0
    identity.state = context.traceState?.serialize()
    const [high, low] = [wordOfHex(context.spanId, 0), wordOfHex(context.spanId, 8)]
    return new RemoteSpan(identity, high, low, (context.traceFlags & 1) !== 0, context.isRemote === true)
  }

  get traceId(): string {
    return this.identity.hex()
  }

  get spanId(): string {
    return hexOfWord(this.idHigh) + hexOfWord(this.idLow)
  }

  isRecording(): boolean {
    return false
  }

  spanContext(): SpanContextLike {
    return spanContextOf(this)
  }

  // The remaining methods of a span do nothing: this one belongs to another process.
  setAttribute(): this {
    return this
  }
  setAttributes(): this {
    return this
  }
  addEvent(): this {
    return this
  }
  addLink(): this {
    return this
  }
  addLinks(): this {
    return this
  }
  setStatus(): this {
    return this
  }
  updateName(): this {
    return this
  }
  recordException(): void {}
  end(): void {}
}

/** A span's identity in the shape of `@opentelemetry/api`. */
export function spanContextOf(span: {
  identity: TraceIdentity
  traceId: string
  spanId: string
  sampled: boolean
  remote: boolean
}): SpanContextLike {
  const { state } = span.identity
  const traceState = state === undefined ? undefined : looks.inside?.traceState(state)
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    traceFlags: (span.sampled ? 1 : 0) | (span.identity.random ? 2 : 0),
    isRemote: span.remote,
    ...(traceState && { traceState }),
  }
}
