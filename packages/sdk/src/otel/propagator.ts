import { Baggage, printBaggage } from '../context/baggage.ts'
import { type Context, contextOf, type ForeignContext } from '../context/context.ts'
import { parseTraceParent, printTraceParent } from '../context/trace-parent.ts'
import { knownSpan } from '../traces/tracing.ts'

interface Setter {
  set(carrier: unknown, key: string, value: string): void
}

interface Getter {
  get(carrier: unknown, key: string): undefined | string | string[]
}

/** The TextMapPropagator of `@opentelemetry/api`: W3C trace context and baggage. */
export class OtelPropagator {
  inject(context: ForeignContext, carrier: unknown, setter: Setter): void {
    const known = contextOf(context)
    if (known.suppressed) return
    const span = knownSpan(known.span)
    if (span !== undefined) {
      setter.set(carrier, 'traceparent', printTraceParent(span))
      if (span.identity.state !== undefined) setter.set(carrier, 'tracestate', span.identity.state)
    }
    const baggage = printBaggage(known.baggage)
    if (baggage !== undefined) setter.set(carrier, 'baggage', baggage)
  }

  extract(context: ForeignContext, carrier: unknown, getter: Getter): Context {
    const read = (key: string) => {
      const value = getter.get(carrier, key)
      return Array.isArray(value) ? value.join(',') : value
    }
    let result = contextOf(context)
    const remote = parseTraceParent(read('traceparent'), read('tracestate'))
    if (remote !== undefined) result = result.withSpan(remote)
    const baggage = Baggage.parse(read('baggage') ?? '')
    return baggage === undefined ? result : result.withBaggage(baggage)
  }

  fields(): string[] {
    return ['traceparent', 'tracestate', 'baggage']
  }
}
