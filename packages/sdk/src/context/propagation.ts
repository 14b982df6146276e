import { RemoteSpan } from '../traces/remote-span.ts'
import type { SpanContextLike } from '../traces/span.ts'
import type { TraceIdentity } from '../traces/trace-identity.ts'
import { HeaderBaggage, type Looks, looks } from './looks.ts'
import { parseTraceParent, printTraceParent } from './trace-parent.ts'

/** The identity of a span, as it goes into headers. */
export interface SpanIds {
  readonly identity: TraceIdentity
  readonly idHigh: number
  readonly idLow: number
  readonly sampled: boolean
  readonly traceId: string
  readonly spanId: string
}

export type ReadHeader = (name: string) => string | undefined
export type SetHeader = (name: string, value: string) => void

/** A way to name the caller's span in headers, beside that of the W3C: B3, Jaeger. */
export interface PropagationFormat {
  readonly names: readonly string[]
  read(read: ReadHeader): SpanContextLike | undefined
  write(span: SpanIds, set: SetHeader): void
}

/** How the identity of a trace and its baggage go over the wire: W3C, unless the program is set to something else. */
export class Propagation {
  traceContext = true
  w3cBaggage = true
  formats: readonly PropagationFormat[] = []

  /** The caller's span. The first format that finds one wins. */
  remote(read: ReadHeader): RemoteSpan | undefined {
    const parent = this.traceContext ? read('traceparent') : undefined
    const found = parent === undefined ? undefined : parseTraceParent(parent, read('tracestate'))
    if (found !== undefined) return found
    for (const format of this.formats) {
      const context = format.read(read)
      const known = context === undefined ? undefined : RemoteSpan.of(context)
      if (known !== undefined) return known
    }
    return undefined
  }

  baggage(read: ReadHeader): HeaderBaggage | undefined {
    const header = this.w3cBaggage ? read('baggage') : undefined
    return header === undefined ? undefined : HeaderBaggage.of(header)
  }

  lookInside(inside: Looks): void {
    looks.inside = inside
  }

  inject(span: SpanIds | undefined, baggage: unknown, set: SetHeader): void {
    if (span !== undefined) {
      if (this.traceContext) {
        set('traceparent', printTraceParent(span))
        if (span.identity.state !== undefined) set('tracestate', span.identity.state)
      }
      for (const format of this.formats) format.write(span, set)
    }
    if (baggage === undefined || !this.w3cBaggage) return
    const printed = baggage instanceof HeaderBaggage ? baggage.text : looks.inside?.printBaggage(baggage)
    if (printed !== undefined) set('baggage', printed)
  }

  /** Every header that may be set. */
  names(): string[] {
    const w3c = [...(this.traceContext ? ['traceparent', 'tracestate'] : []), ...(this.w3cBaggage ? ['baggage'] : [])]
    return [...w3c, ...this.formats.flatMap((format) => format.names)]
  }
}
