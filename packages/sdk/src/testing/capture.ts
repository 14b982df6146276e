import { AssertionError } from 'node:assert'
import { isDeepStrictEqual } from 'node:util'
import type { Core } from '../core.ts'
import { plainValue } from '../encode/plain-value.ts'
import { hexOfWord } from '../hex.ts'
import { keptEntryOf } from '../logs/log-entry.ts'
import { severityOf } from '../logs/log-record.ts'
import { logTapsOf } from '../logs/log-taps.ts'
import type { LogEntry } from '../logs/public.ts'
import type { Attributes } from '../public.ts'
import { type Span, statusCode } from '../traces/span.ts'
import { entriesOf } from '../traces/span-view.ts'
import { drawSpans } from './draw-spans.ts'
import type { Capture, CapturedSpan, CaptureOptions, LogMatch } from './public.ts'

const kinds = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const
const shownMax = 20

/** Looks over the shoulder of the SDK: what it keeps and sends stays as it is. */
export class CaptureInProgress implements Capture {
  logs: LogEntry[] = []
  spans: CapturedSpan[] = []
  dropped = 0
  private readonly core: Core
  private readonly maxRecords: number
  private readonly stops: (() => void)[]

  constructor(core: Core, { logLevel = 'trace', show = false, maxRecords = 100_000 }: CaptureOptions) {
    this.core = core
    this.maxRecords = maxRecords
    this.stops = [
      logTapsOf(core).read((record) => this.keep(this.logs, () => keptEntryOf(record, core.how))),
      this.watchSpans(),
      allowLevel(core, severityOf(logLevel) ?? 1),
    ]
    if (!show) this.stops.push(silence(core))
  }

  private watchSpans(): () => void {
    const { tracing } = this.core
    const original = tracing.ended
    tracing.ended = (span, scope) => {
      // Last: others add to a span when it ends.
      Reflect.apply(original, tracing, [span, scope])
      this.keep(this.spans, () => this.copyOf(span))
    }
    return () => {
      tracing.ended = original
    }
  }

  private keep<T>(into: T[], make: () => T): void {
    if (this.logs.length + this.spans.length >= this.maxRecords) this.dropped++
    else into.push(make())
  }

  private copyOf(span: Span): CapturedSpan {
    const hasParent = span.parentHigh !== 0 || span.parentLow !== 0
    return {
      name: span.name,
      kind: kinds[span.kind] ?? 'internal',
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: hasParent ? hexOfWord(span.parentHigh) + hexOfWord(span.parentLow) : '',
      attributes: this.plain(Object.fromEntries(entriesOf(span))),
      events: (span.events ?? []).map((event) => ({
        name: event.name,
        attributes: this.plain(event.attributes ?? {}),
      })),
      status: span.status === statusCode.error ? 'error' : span.status === statusCode.ok ? 'ok' : 'unset',
      statusMessage: span.statusMessage,
      startUnixMs: span.startUnixMs,
      durationMs: span.endUnixMs - span.startUnixMs,
    }
  }

  private plain(attributes: object): Attributes {
    const { keys, limits } = this.core.how
    const plain: Attributes = {}
    return Object.assign(plain, plainValue(attributes, keys, limits))
  }

  drawSpans(): string {
    return drawSpans(this.spans)
  }

  span(name: string): CapturedSpan {
    const found = this.spans.find((span) => span.name === name)
    if (found === undefined) fail(`There is no span "${name}". There ${listed(this.spans.map((span) => span.name))}`)
    return found
  }

  log(match: LogMatch): LogEntry {
    const found = this.logs.find((entry) => matches(entry, match))
    if (found === undefined)
      fail(`No log entry matches. There ${listed(this.logs.map((e) => `${e.level} ${e.message}`))}`)
    return found
  }

  expectNoRepeats(max = 5): void {
    const counts = new Map<string, number>()
    for (const { name, parentSpanId, attributes } of this.spans) {
      if (parentSpanId === '') continue
      const key = JSON.stringify([parentSpanId, name, attributes['db.query.text'] ?? ''])
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count)
      if (count <= max) continue
      const parent = this.spans.find((span) => span.spanId === parentSpanId)
      fail(`Span "${name}" came more than ${max} times under "${parent?.name ?? parentSpanId}"\n${this.drawSpans()}`)
    }
  }

  expectWithin(name: string, durationMs: number): void {
    this.span(name)
    const slow = this.spans.find((span) => span.name === name && span.durationMs > durationMs)
    if (slow !== undefined) fail(`Span "${name}" took ${slow.durationMs.toFixed(1)} ms, more than ${durationMs} ms`)
  }

  clear(): void {
    this.logs = []
    this.spans = []
    this.dropped = 0
  }

  stop(): void {
    for (const stop of this.stops.splice(0).reverse()) stop()
  }
}

function matches(entry: LogEntry, { level, message, attributes = {} }: LogMatch): boolean {
  if (level !== undefined && entry.level !== level) return false
  if (typeof message === 'string' ? entry.message !== message : message?.test(entry.message) === false) return false
  return Object.entries(attributes).every(([key, value]) => isDeepStrictEqual(entry.attributes[key], value))
}

function allowLevel({ logging }: Core, severity: number): () => void {
  const before = new Map([...logging.names.values()].map((name) => [name, name.severity]))
  const general = logging.severity
  logging.severity = severity
  for (const name of before.keys()) name.severity = severity
  return () => {
    logging.severity = general
    for (const name of logging.names.values()) name.severity = before.get(name) ?? general
  }
}

function silence({ logging }: Core): () => void {
  const { show } = logging
  logging.show = () => {}
  return () => {
    logging.show = show
  }
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'is none'
  const more = names.length > shownMax ? `, and ${names.length - shownMax} more` : ''
  return `are: ${names.slice(0, shownMax).join(', ')}${more}`
}

function fail(message: string): never {
  throw new AssertionError({ message })
}
