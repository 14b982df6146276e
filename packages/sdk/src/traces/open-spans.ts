import type { Core } from '../core.ts'
import type { ActiveSpan } from './public.ts'
import type { Span } from './span.ts'
import { attributesOf, parentIdOf } from './span-view.ts'

const openMax = 10_000

/** Spans that have begun and not ended, the oldest first. Ones that never end are a leak of the program: bounded here. */
export class OpenSpans {
  private readonly core: Core
  private readonly open = new Set<Span>()
  private readonly perTrace = new Map<string, number>()

  constructor(core: Core) {
    this.core = core
    core.tracing.atStart.push((span) => this.add(span))
    core.tracing.atEnd.unshift((span) => this.remove(span))
  }

  static of(core: Core): OpenSpans {
    return core.once('open spans', () => new OpenSpans(core))
  }

  private add(span: Span): void {
    if (!span.sampled) return
    this.open.add(span)
    this.perTrace.set(span.traceId, this.inTrace(span.traceId) + 1)
    if (this.open.size <= openMax) return
    const oldest = this.open.values().next().value
    if (oldest === undefined) return
    this.remove(oldest)
    this.core.report(`More than ${openMax} spans are open: the oldest, "${oldest.name}", is no longer listed`)
  }

  private remove(span: Span): void {
    if (!this.open.delete(span)) return
    const left = this.inTrace(span.traceId) - 1
    if (left > 0) this.perTrace.set(span.traceId, left)
    else this.perTrace.delete(span.traceId)
  }

  inTrace(traceId: string): number {
    return this.perTrace.get(traceId) ?? 0
  }

  list(): ActiveSpan[] {
    const nowMs = performance.now()
    return [...this.open].map((span) => ({
      name: span.name,
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: parentIdOf(span),
      startUnixMs: span.startUnixMs,
      durationMs: nowMs - span.startMonotonicMs,
      attributes: attributesOf(span, this.core.how),
    }))
  }
}
