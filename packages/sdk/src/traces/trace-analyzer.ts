import { criticalPath, errorOrigins, OperationHistory, type TraceNode, traceTree } from '@wakeline/analysis'
import type { Core } from '../core.ts'
import type { OpenSpans } from './open-spans.ts'
import type { AnalyzedSpan, AnalyzedTrace, AnalyzerOptions, SlowSpan, SpanKind, TraceAnalyzer } from './public.ts'
import { type Span, statusCode } from './span.ts'
import { attributesOf, entriesOf, kindName, parentIdOf } from './span-view.ts'

interface HeldTrace {
  readonly spans: Span[]
  /** Those that were slow, and by what. */
  readonly slow: Map<Span, Pick<SlowSpan, 'usualMs' | 'by'>>
  /** Over the bound of all traces together. */
  leftOut: number
}

/** One span for the analysis: its times as it takes them. */
interface SpanOfTree {
  readonly spanId: string
  readonly parentSpanId: string
  readonly startUnixNano: string
  readonly durationNano: number
  readonly kind: SpanKind
  readonly span: Span
}
type Node = TraceNode<SpanOfTree>

/** Keeps the spans that end; everything is computed when it is asked for. */
export class TraceWindow implements TraceAnalyzer {
  private readonly core: Core
  private readonly open: OpenSpans
  private readonly maxTraces: number
  private readonly maxSpans: number
  private readonly slowMs: number
  private readonly held = new Map<string, HeldTrace>()
  private readonly history = new OperationHistory()
  private spanCount = 0
  private readonly onEnd = (span: Span): void => this.add(span)

  constructor(core: Core, open: OpenSpans, options: AnalyzerOptions) {
    const { maxTraces = 1_000, maxSpans = 50_000, slowMs = Number.POSITIVE_INFINITY } = options
    this.core = core
    this.open = open
    this.maxTraces = maxTraces
    this.maxSpans = maxSpans
    this.slowMs = slowMs
    core.tracing.atEnd.unshift(this.onEnd)
  }

  stop(): void {
    const { atEnd } = this.core.tracing
    if (atEnd.includes(this.onEnd)) atEnd.splice(atEnd.indexOf(this.onEnd), 1)
  }

  private add(span: Span): void {
    const { traceId } = span
    const empty: HeldTrace = { spans: [], slow: new Map(), leftOut: 0 }
    const trace = this.held.get(traceId) ?? empty
    // Set again: a Map is ordered by when a key came in, and the trace unheard of for longest goes first.
    this.held.delete(traceId)
    this.held.set(traceId, trace)
    const durationMs = span.endUnixMs - span.startUnixMs
    const usualMs = this.history.judge(operationOf(span), durationMs)
    if (durationMs >= this.slowMs) trace.slow.set(span, { usualMs: this.slowMs, by: 'threshold' })
    else if (usualMs !== undefined) trace.slow.set(span, { usualMs, by: 'history' })
    trace.spans.push(span)
    this.spanCount++
    while (this.held.size > this.maxTraces || this.spanCount > this.maxSpans) {
      const [oldest] = this.held
      if (oldest === undefined || oldest[1] === trace) break
      this.held.delete(oldest[0])
      this.spanCount -= oldest[1].spans.length
    }
    if (this.spanCount <= this.maxSpans) return
    // One trace alone is over the bound.
    trace.spans.pop()
    trace.slow.delete(span)
    trace.leftOut++
    this.spanCount--
  }

  trace(traceId: string): AnalyzedTrace | undefined {
    const held = this.held.get(traceId)
    return held === undefined ? undefined : this.analyze(traceId, held)
  }

  traces(): AnalyzedTrace[] {
    return [...this.held].map(([traceId, held]) => this.analyze(traceId, held)).reverse()
  }

  slowSpans(): SlowSpan[] {
    const slow = this.traces().flatMap((trace) => trace.slowSpans)
    return slow.sort((a, b) => b.span.durationMs - a.span.durationMs)
  }

  errors(): ReturnType<TraceAnalyzer['errors']> {
    return this.traces().flatMap(({ traceId, errors }) => errors.map((error) => ({ traceId, ...error })))
  }

  operations(): ReturnType<TraceAnalyzer['operations']> {
    const durations = new Map<string, { errors: number; all: number[] }>()
    for (const { spans } of this.held.values()) {
      for (const span of spans) {
        const known = durations.get(span.name) ?? { errors: 0, all: [] }
        durations.set(span.name, known)
        known.all.push(span.endUnixMs - span.startUnixMs)
        if (hasFailed(span)) known.errors++
      }
    }
    return [...durations].map(([name, { errors, all }]) => {
      const sorted = all.toSorted((a, b) => a - b)
      const meanMs = all.reduce((sum, ms) => sum + ms, 0) / all.length
      return { name, count: all.length, errors, meanMs, p95Ms: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0 }
    })
  }

  private analyze(traceId: string, held: HeldTrace): AnalyzedTrace {
    const tree = traceTree(held.spans.map(spanOfTree))
    const views = new Map(tree.rows.map((node) => [node, this.view(node)] as const))
    const viewOf = (node: Node): AnalyzedSpan => views.get(node) ?? this.view(node)
    const bySpan = new Map(tree.rows.map((node) => [node.span, viewOf(node)] as const))
    const all = [...views.values()]
    const problems = problemsOf({
      all,
      open: this.open.inTrace(traceId),
      leftOut: held.leftOut,
      roots: tree.roots.length,
    })
    const caller = tree.roots.find((root) => root.span.span.parentRemote)
    return {
      traceId,
      startUnixMs: Math.min(...held.spans.map((span) => span.startUnixMs)),
      durationMs: tree.durationNano / 1e6,
      spanCount: held.spans.length + held.leftOut,
      rootOperation: tree.roots[0]?.span.span.name ?? '',
      callerSpanId: caller?.span.parentSpanId ?? '',
      tree: all,
      criticalPath: criticalPath(tree.roots)
        .reverse()
        .flatMap(({ span, fromNano, toNano }) => {
          const view = bySpan.get(span)
          return view === undefined ? [] : [{ span: view, fromMs: fromNano / 1e6, toMs: toNano / 1e6 }]
        }),
      slowSpans: tree.rows.flatMap((node) => {
        const slow = held.slow.get(node.span.span)
        return slow === undefined ? [] : [{ traceId, span: viewOf(node), ...slow }]
      }),
      errors: errorOrigins(tree.rows, ({ span }) => hasFailed(span)).map(({ node, origin }) => ({
        span: viewOf(node),
        origin: viewOf(origin),
      })),
      isComplete: problems.length === 0,
      problems,
    }
  }

  private view(node: Node): AnalyzedSpan {
    const { span, spanId, parentSpanId, durationNano } = node.span
    return {
      name: span.name,
      kind: kindName(span.kind),
      spanId,
      parentSpanId,
      startMs: node.offsetNano / 1e6,
      durationMs: durationNano / 1e6,
      selfMs: node.selfNano / 1e6,
      depth: node.depth,
      attributes: attributesOf(span, this.core.how),
      error: errorOf(span),
      missingParent: node.missingParent && !span.parentRemote,
    }
  }
}

function spanOfTree(span: Span): SpanOfTree {
  return {
    spanId: span.spanId,
    parentSpanId: parentIdOf(span),
    startUnixNano: String(BigInt(Math.round(span.startUnixMs * 1e3)) * 1000n),
    durationNano: Math.round((span.endUnixMs - span.startUnixMs) * 1e3) * 1000,
    kind: kindName(span.kind),
    span,
  }
}

function operationOf(span: Span): string {
  return `${span.kind} ${span.name}`
}

function hasFailed(span: Span): boolean {
  return span.status === statusCode.error
}

/** From the exception event where there is one: it is where the error began. */
function errorOf(span: Span): string | undefined {
  if (!hasFailed(span)) return undefined
  const event: object = span.events?.find(({ name }) => name === 'exception')?.attributes ?? {}
  const type: unknown = Reflect.get(event, 'exception.type') ?? attributeOf(span, 'error.type')
  const message: unknown = Reflect.get(event, 'exception.message') ?? span.statusMessage
  return [type, message].filter((part) => part !== undefined && part !== '').join(': ') || 'failed'
}

function attributeOf(span: Span, key: string): unknown {
  return entriesOf(span).find(([name]) => name === key)?.[1]
}

function problemsOf(trace: { all: readonly AnalyzedSpan[]; open: number; leftOut: number; roots: number }): string[] {
  const missing = trace.all.filter((span) => span.missingParent)
  const names = missing.slice(0, 5).map((span) => `"${span.name}" (${span.parentSpanId})`)
  return [
    ...(missing.length === 0 ? [] : [`the parent of ${missing.length} spans is not here: of ${names.join(', ')}`]),
    ...(trace.open === 0 ? [] : [`${trace.open} spans have not ended`]),
    ...(trace.leftOut === 0 ? [] : [`${trace.leftOut} spans were left out: the window is full`]),
  ]
}
