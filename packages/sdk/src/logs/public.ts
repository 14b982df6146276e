/**
 * The types of `wakeline/logs`. This file imports only the types of `wakeline`: build.ts makes `logs.d.ts` of it.
 */
import type { Attributes, HttpRequest, HttpResponse, Log, LogLevel } from '../public.ts'

/** A log record as processors and readers see it. */
export interface LogEntry {
  /** Milliseconds since 1970. */
  unixMs: number
  level: Exclude<LogLevel, 'silent'>
  /** The logger's name; empty for `log` itself. */
  logger: string
  message: string
  /** The message before printf arguments were put in. */
  template: string
  /** Everything on the line: of the process, the request, the logger and the call. Yours to change. */
  attributes: Attributes
  error: Error | undefined
  readonly traceId: string | undefined
  readonly spanId: string | undefined
}

/** Changes an entry, makes another of it, or returns `DROP`. One that throws is said, and the entry goes on unchanged. */
export type LogProcessor = (entry: LogEntry) => LogEntry | symbol

export interface RepeatLimit {
  /** So many lines of one call are written in each window. Default 10 */
  max?: number
  /** The window. Default 1,000 */
  perMs?: number
}

export interface LogFileOptions {
  path: string
  /** A file that would grow over it is put away as `path.1` first. Default 104,857,600 */
  maxBytes?: number
  /** Files put away; the oldest is deleted. Default 5 */
  maxFiles?: number
  /** The lowest level in the file. Default `trace` */
  level?: LogLevel
}

export interface LogFile {
  /** Opens the path anew, after another program has moved the file. */
  reopen(): void
  stop(): void
}

export interface LevelLimit {
  /** After so long the level is what it was before. Default: for good */
  forMs?: number
}

/**
 * The levels of loggers by name, while the program runs. The name `*` is every logger, `db.*` each
 * whose name begins with `db.`, `''` is `log` itself.
 */
export interface LogLevels {
  set(logger: string, level: LogLevel, limit?: LevelLimit): void
  /** Each logger that exists or was set. */
  list(): Record<string, LogLevel>
  /**
   * `GET path` answers the levels; `PUT path?logger=db&level=debug&forMs=600000` sets one. With a token, callers must send
   * `Authorization: Bearer`.
   */
  handler(options?: { path?: string; token?: string }): (request: HttpRequest, response: HttpResponse) => boolean
  /** Every logger gets this level at the signal, and its old one at the next, or when the time is over. */
  onSignal(signal: 'SIGUSR2' | 'SIGHUP' | 'SIGPIPE', level: LogLevel, limit?: LevelLimit): () => void
}

export interface LogWindow {
  /** Entries kept; the oldest goes first. Default 10,000 */
  maxEntries?: number
  /** How long they are kept. Default 3,600,000 */
  maxAgeMs?: number
}

export interface LogPattern {
  /** The template, its numbers and ids replaced. */
  pattern: string
  logger: string
  level: LogEntry['level']
  count: number
  firstUnixMs: number
  lastUnixMs: number
}

export interface ErrorSummary {
  entries: number
  errors: number
  fatals: number
  /** Errors and fatals among all entries, 0 to 1. */
  errorRate: number
  /** The ten most recent, the latest first. */
  recentErrors: LogEntry[]
}

export interface TimedOptions {
  /** Where lines are written. Default `log` */
  log?: Log
  /** Level of a success. Default `info` */
  level?: Exclude<LogLevel, 'silent'>
}

/** For methods, as a standard decorator and as one of `experimentalDecorators`. */
export interface TimedDecorator {
  <F extends (...args: never[]) => unknown>(
    method: F,
    context: { readonly name: string | symbol; readonly kind: string },
  ): F
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): void
}

/** The log entries of the last while, in memory: a bounded window. */
export interface LogAggregator {
  add(entry: LogEntry): void
  /** What is in the window, oldest first. */
  all(): LogEntry[]
  byLevel(level: LogEntry['level']): LogEntry[]
  /** Both ends included. */
  between(from: Date | number, to: Date | number): LogEntry[]
  /** What was said, the most frequent first. */
  patterns(): LogPattern[]
  byPattern(pattern: string): LogEntry[]
  errorSummary(): ErrorSummary
  /** No more entries are taken; what is there stays. */
  stop(): void
}
