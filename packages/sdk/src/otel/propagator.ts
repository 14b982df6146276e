import type { Context, ForeignContext } from '../context/context.ts'
import type { OtelParts } from './parts.ts'

interface Setter {
  set(carrier: unknown, key: string, value: string): void
}

interface Getter {
  get(carrier: unknown, key: string): undefined | string | string[]
}

/** The TextMapPropagator of `@opentelemetry/api`, on the formats the SDK is set to. */
export class OtelPropagator {
  private readonly parts: Pick<OtelParts, 'contexts' | 'propagation'>

  constructor(parts: Pick<OtelParts, 'contexts' | 'propagation'>) {
    this.parts = parts
  }

  inject(context: ForeignContext, carrier: unknown, setter: Setter): void {
    const { contexts, propagation } = this.parts
    const known = contexts.of(context)
    if (known.suppressed) return
    propagation.inject(contexts.span(known), known.baggage, (name, value) => setter.set(carrier, name, value))
  }

  extract(context: ForeignContext, carrier: unknown, getter: Getter): Context {
    const { contexts, propagation } = this.parts
    const read = (key: string) => {
      const value = getter.get(carrier, key)
      return Array.isArray(value) ? value.join(',') : value
    }
    let result = contexts.of(context)
    const remote = propagation.remote(read)
    if (remote !== undefined) result = result.withSpan(remote)
    const baggage = propagation.baggage(read)
    return baggage === undefined ? result : result.withBaggage(baggage)
  }

  fields(): string[] {
    return this.parts.propagation.names()
  }
}
