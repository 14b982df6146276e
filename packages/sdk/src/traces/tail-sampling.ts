import type { Core } from '../core.ts'
import { RecordWriter } from '../encode/record-writer.ts'
import type { ScopeChunk } from '../export/signal-buffer.ts'
import { writeSpan } from './encode-span.ts'
import type { KeepOptions, TailSampling } from './public.ts'
import { isWithin, type TraceIdWords } from './sampler.ts'
import { type Span, statusCode } from './span.ts'

interface WaitingTrace {
  readonly id: TraceIdWords
  readonly since: number
  readonly spans: { readonly chunk: ScopeChunk; readonly bytes: Uint8Array }[]
  bytes: number
  /** Spans whose parent is not in this process, begun and not ended. */
  openRoots: number
  isInteresting: boolean
}

const decidedMax = 10_000
const lookEveryMs = 1_000

/**
 * Decides on a trace when its part in this process has ended: keeps it whole when a span failed or took long, otherwise
 * by its ratio. Until then its spans wait as bytes. Spans that end after the decision follow it; a failed or slow one is
 * kept all the same. Only traces that the sampler keeps come here.
 */
export class TraceKeeper implements TailSampling {
  private readonly core: Core
  private readonly options: Required<KeepOptions>
  private readonly waiting = new Map<string, WaitingTrace>()
  /** Roots of a trace that has no ended span yet. */
  private readonly openRoots = new Map<string, number>()
  private readonly decided = new Map<string, boolean>()
  private readonly scratch = new RecordWriter(4_096)
  private readonly timer: NodeJS.Timeout
  private bytes = 0
  private readonly counted = { keptTraces: 0, droppedTraces: 0, keptSpans: 0, droppedSpans: 0, early: 0 }
  private readonly onStart = (span: Span): void => this.started(span)
  private readonly onEnd = (span: Span, chunk: ScopeChunk): boolean => this.ended(span, chunk)

  constructor(core: Core, options: KeepOptions) {
    const { errors = true, slowMs = 1_000, ratio = 0 } = options
    const { maxTraces = 1_000, maxBytes = 8_388_608, maxWaitMs = 30_000 } = options
    this.core = core
    this.options = { errors, slowMs, ratio, maxTraces, maxBytes, maxWaitMs }
    core.tracing.atStart.push(this.onStart)
    core.tracing.atEnd.push(this.onEnd)
    this.timer = core.storage.exit(() => setInterval(() => this.decideOld(), lookEveryMs).unref())
    core.beforeFlush.add(this.decideAll)
  }

  counts(): ReturnType<TailSampling['counts']> {
    return { ...this.counted }
  }

  stop(): void {
    const { atStart, atEnd } = this.core.tracing
    if (!atEnd.includes(this.onEnd)) return
    atStart.splice(atStart.indexOf(this.onStart), 1)
    atEnd.splice(atEnd.indexOf(this.onEnd), 1)
    clearInterval(this.timer)
    this.core.beforeFlush.delete(this.decideAll)
    this.decideAll()
  }

  private started(span: Span): void {
    if (!span.sampled || !isLocalRoot(span)) return
    const trace = this.waiting.get(span.traceId)
    if (trace !== undefined) trace.openRoots++
    else this.openRoots.set(span.traceId, (this.openRoots.get(span.traceId) ?? 0) + 1)
    // Spans that never end must not be remembered for ever.
    if (this.openRoots.size > decidedMax) forgetFirst(this.openRoots)
  }

  private ended(span: Span, chunk: ScopeChunk): boolean {
    const { errors, slowMs } = this.options
    const isInteresting = (errors && span.status === statusCode.error) || span.endUnixMs - span.startUnixMs >= slowMs
    const decision = this.waiting.has(span.traceId) ? undefined : this.decided.get(span.traceId)
    const roots = this.openRoots.get(span.traceId) ?? 0
    if (decision !== undefined && roots === 0) {
      const isKept = decision || isInteresting
      this.counted[isKept ? 'keptSpans' : 'droppedSpans']++
      return !isKept
    }
    // First: a value that asks for a flush while it is read has the trace decided as far as it is known.
    const bytes = this.encode(span)
    const trace = this.traceOf(span)
    trace.isInteresting ||= isInteresting
    if (isLocalRoot(span)) trace.openRoots--
    if (bytes === undefined) this.core.buffers.traces.refuse(1)
    else {
      trace.spans.push({ chunk, bytes })
      trace.bytes += bytes.length
      this.bytes += bytes.length
    }
    if (trace.openRoots <= 0 && isLocalRoot(span)) this.decide(span.traceId, trace)
    this.keepBounds()
    return true
  }

  /** A value that ends another span while it is read has that one written behind what there is of this one, and taken off again. */
  private encode(span: Span): Uint8Array | undefined {
    const { scratch } = this
    const mark = scratch.at
    try {
      writeSpan(scratch, span, this.core.tracing.how)
      return scratch.since(mark)
    } catch {
      return undefined
    } finally {
      scratch.at = mark
    }
  }

  private traceOf(span: Span): WaitingTrace {
    const { traceId } = span
    const known = this.waiting.get(traceId)
    if (known !== undefined) return known
    const { c, d } = span.identity
    const openRoots = this.openRoots.get(traceId) ?? 0
    const made = { id: { c, d }, since: performance.now(), spans: [], bytes: 0, openRoots, isInteresting: false }
    this.openRoots.delete(traceId)
    this.waiting.set(traceId, made)
    return made
  }

  private decide(traceId: string, trace: WaitingTrace): void {
    const isKept = trace.isInteresting || isWithin(this.options.ratio, trace.id)
    this.waiting.delete(traceId)
    this.bytes -= trace.bytes
    this.decided.set(traceId, isKept)
    if (this.decided.size > decidedMax) forgetFirst(this.decided)
    this.counted[isKept ? 'keptTraces' : 'droppedTraces']++
    this.counted[isKept ? 'keptSpans' : 'droppedSpans'] += trace.spans.length
    if (trace.openRoots > 0) this.openRoots.set(traceId, trace.openRoots)
    if (!isKept) return
    const buffer = this.core.buffers.traces
    for (const { chunk, bytes } of trace.spans) buffer.append(chunk, bytes, copyBytes)
  }

  private keepBounds(): void {
    while (this.waiting.size > this.options.maxTraces || this.bytes > this.options.maxBytes) {
      const [oldest] = this.waiting
      if (oldest === undefined) return
      this.counted.early++
      this.decide(...oldest)
    }
  }

  private decideOld(): void {
    const before = performance.now() - this.options.maxWaitMs
    for (const [traceId, trace] of this.waiting) {
      if (trace.since > before) return
      this.counted.early++
      this.decide(traceId, trace)
    }
  }

  private readonly decideAll = (): void => {
    for (const [traceId, trace] of this.waiting) this.decide(traceId, trace)
  }
}

function copyBytes(writer: RecordWriter, bytes: Uint8Array): void {
  writer.copy(bytes)
}

function isLocalRoot(span: Span): boolean {
  return span.parentRemote || (span.parentHigh === 0 && span.parentLow === 0)
}

function forgetFirst(map: Map<string, unknown>): void {
  const first = map.keys().next().value
  if (first !== undefined) map.delete(first)
}
