/**
 * The types of `wakeline/testing`. This file imports only the types of `wakeline` and of `wakeline/logs`.
 */
import type { LogEntry } from '../logs/public.ts'
import type { Attributes, LogLevel } from '../public.ts'

/** A span that has ended. */
export interface CapturedSpan {
  readonly name: string
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  readonly traceId: string
  readonly spanId: string
  /** Empty for the first of a trace. */
  readonly parentSpanId: string
  readonly attributes: Attributes
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[]
  readonly status: 'unset' | 'ok' | 'error'
  readonly statusMessage: string | undefined
  readonly startUnixMs: number
  readonly durationMs: number
}

export interface CaptureOptions {
  /** The level of all loggers meanwhile. Default `trace` */
  logLevel?: LogLevel
  /** Whether log lines are shown on stdout as well. Default false */
  show?: boolean
  /** Spans and log entries kept; what comes after is counted in `dropped`. Default 100,000 */
  maxRecords?: number
}

/** What to look for; a text must be the whole message, attributes may have others beside them. */
export interface LogMatch {
  level?: LogEntry['level']
  message?: string | RegExp
  attributes?: Attributes
}

/** What a program records between `capture()` and `stop()`. The assertions throw an AssertionError that says what there was. */
export interface Capture {
  /** In the order written; values as a log would show them, secrets replaced. */
  readonly logs: readonly LogEntry[]
  /** In the order ended. */
  readonly spans: readonly CapturedSpan[]
  readonly dropped: number
  /**
   * The spans as a tree, a line each, children indented by two spaces in the order they started. A failed span has its error behind it.
   */
  drawSpans(): string
  /** The first span of that name. */
  span(name: string): CapturedSpan
  /** The first log entry that matches. */
  log(match: LogMatch): LogEntry
  /** No span has more than so many children of the same name (and the same `db.query.text`): the N+1 query. */
  expectNoRepeats(max?: number): void
  /** Every span of that name took at most so long, and there is one. */
  expectWithin(name: string, durationMs: number): void
  clear(): void
  /** Everything goes its usual way again. */
  stop(): void
}
