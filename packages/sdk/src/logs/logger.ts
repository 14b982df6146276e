import type { Clock } from '../clock.ts'
import type { Context, ContextStorage } from '../context/context.ts'
import type { AttributeEncoding } from '../encode/attributes.ts'
import { textOf } from '../encode/plain-value.ts'
import { readable } from '../encode/readable.ts'
import type { RecordWriter } from '../encode/record-writer.ts'
import type { ScopeChunk, SignalBuffer } from '../export/signal-buffer.ts'
import { OneAtATime } from '../one-at-a-time.ts'
import type { Attributes, Log, LogCall, LogLevel } from '../public.ts'
import type { Report } from '../report.ts'
import { knownSpan } from '../traces/tracing.ts'
import { BoundAttributes } from './bound-attributes.ts'
import { sortArguments } from './call-arguments.ts'
import { writeLogRecord } from './encode-log.ts'
import { type Level, type LogRecord, levelNames, levels, severityOf } from './log-record.ts'
import { LogScope } from './log-scope.ts'

/** A logger's name and level, shared by all its children: a change reaches every one of them. */
export interface LogName {
  readonly name: string
  readonly chunk: ScopeChunk
  severity: number
}

const namesMax = 1024

function isCovered(name: string, rule: string): boolean {
  return rule === name || (rule.endsWith('*') && name.startsWith(rule.slice(0, -1)))
}

const unreadable = { attributes: '[cannot be read]' }

/** Everything that makes log lines: where they go and what they carry. */
export class Logging {
  readonly storage: ContextStorage
  readonly how: AttributeEncoding
  readonly clock: Clock
  readonly settings: { attributesMax: number }
  readonly buffer: SignalBuffer
  /** Shows a record on the terminal or as a line of JSON. */
  show: (record: LogRecord) => void
  /** Every name asked for so far. */
  readonly names = new Map<string, LogName>()
  /** Severities by name, asked for or not yet; `db.*` is every name that begins so. */
  readonly ruled = new Map<string, number>()
  /** What all lines of the process have in common. */
  readonly base = LogScope.inside(undefined, undefined)
  /** Changes or drops records (undefined) before they go anywhere; set by `wakeline/logs`. */
  process: ((record: LogRecord) => LogRecord | undefined) | undefined = undefined
  /** Sees each record that is written; set by `wakeline/logs` and `wakeline/testing`. */
  also: ((record: LogRecord) => void) | undefined = undefined
  readonly report: Report
  private readonly emitting: OneAtATime
  private readonly encode = (writer: RecordWriter, record: LogRecord): void =>
    writeLogRecord(writer, record, this.how, this.settings.attributesMax)
  severity: number = levels.info.severity

  constructor(parts: {
    storage: ContextStorage
    how: AttributeEncoding
    clock: Clock
    settings: { attributesMax: number }
    buffer: SignalBuffer
    show: (record: LogRecord) => void
    report: Report
  }) {
    this.report = parts.report
    this.storage = parts.storage
    this.how = parts.how
    this.clock = parts.clock
    this.settings = parts.settings
    this.buffer = parts.buffer
    this.show = parts.show
    this.emitting = new OneAtATime(() => this.buffer.refuse(1))
  }

  named(name: string): LogName {
    const known = this.names.get(name)
    if (known !== undefined) return known
    const scope = { name: name || 'wakeline', version: '', schemaUrl: '' }
    const made = { name, chunk: this.buffer.scope(scope), severity: this.severityFor(name) }
    if (this.names.size < namesMax) this.names.set(name, made)
    return made
  }

  /** By its own rule, else by the longest that ends in a star, else by the level of all. */
  severityFor(name: string): number {
    let found = this.ruled.get(name)
    let length = 0
    if (found !== undefined) return found
    for (const [rule, severity] of this.ruled) {
      if (rule.length <= length || !isCovered(name, rule)) continue
      length = rule.length
      found = severity
    }
    return found ?? this.severity
  }

  /** The level of all loggers, those that were set on their own included. */
  setLevel(level: LogLevel): void {
    this.severity = severityOf(level) ?? this.severity
    for (const name of this.names.values()) name.severity = this.severity
  }

  rule(name: string, severity: number): void {
    this.ruled.set(name, severity)
    for (const known of this.names.values()) if (isCovered(known.name, name)) known.severity = severity
  }

  /** Never throws: whatever a value does while it is read, the program goes on. */
  write(
    name: LogName,
    bound: BoundAttributes | undefined,
    level: Level,
    first: unknown,
    rest: readonly unknown[],
  ): void {
    try {
      this.emit(this.record(name, bound, level, first, rest), name.chunk)
    } catch {
      // A Proxy may refuse even to tell its keys: what was said in words is written all the same.
      const words = [first, ...rest].filter((value) => typeof value === 'string').join(' ')
      try {
        this.emit(this.record(name, bound, level, words, [unreadable]), name.chunk)
      } catch {
        this.buffer.refuse(1)
      }
    }
  }

  private record(
    name: LogName,
    bound: BoundAttributes | undefined,
    level: Level,
    first: unknown,
    rest: readonly unknown[],
  ): LogRecord {
    const context = this.storage.getStore()
    let carried = bound
    let message: string
    let attributes: object | undefined
    let error: Error | undefined
    let template: string | undefined
    if (typeof first === 'string' && rest.length === 0) {
      message = first
    } else {
      const call = sortArguments(first, rest, this.how)
      message = call.message
      attributes = call.attributes
      error = call.error
      template = typeof first === 'string' ? first : undefined
    }
    const around = this.boundIn(context)
    if (around !== undefined) carried = bound === undefined ? around : around.join(bound)
    if (carried !== undefined && attributes !== undefined && carried.clashes(attributes)) {
      carried = carried.and(attributes as Attributes)
      attributes = undefined
    }
    const span = context === undefined ? undefined : knownSpan(context.span)
    const unixMs = this.clock.nowUnixMs()
    return { unixMs, level, loggerName: name.name, message, template, attributes, bound: carried, error, span }
  }

  /** A line of the SDK's own: no arguments to sort, no context to look up. */
  writeReady(record: LogRecord): void {
    const name = this.named('')
    if (record.level.severity < name.severity) return
    try {
      this.emit(record, name.chunk)
    } catch {
      this.buffer.refuse(1)
    }
  }

  /** What the process and the scope around this line have bound. */
  boundIn(context: Context | undefined): BoundAttributes | undefined {
    const base = this.base.bound
    const inner = context?.scope?.bound
    if (base === undefined) return inner
    return inner === undefined ? base : base.join(inner)
  }

  /** A value that logs while it is read would have its line written into the middle of this one: it comes after it. */
  emit(record: LogRecord, chunk: ScopeChunk): void {
    if (this.emitting.isBusy) {
      this.emitting.later(() => this.emit(record, chunk))
      return
    }
    const kept = this.process === undefined ? record : this.process(record)
    if (kept === undefined) return
    this.emitting.isBusy = true
    try {
      this.show(kept)
      this.also?.(kept)
      this.export(kept, chunk)
    } finally {
      this.emitting.over()
    }
  }

  /** The innermost scope: that of the request or withContext() around, else that of the process. */
  private scope(): LogScope {
    return this.storage.getStore()?.scope ?? this.base
  }

  setContext(attributes: Attributes): void {
    const scope = this.scope()
    scope.bound = scope.bound === undefined ? this.bind(attributes) : scope.bound.and(attributes)
  }

  /** Without keys: all of them. */
  clearContext(keys: readonly string[]): void {
    const scope = this.scope()
    scope.bound = keys.length === 0 ? undefined : scope.bound?.without(keys)
  }

  /** Adds to the one line the request ends with. */
  addToWide(attributes: Attributes): void {
    const request = this.storage.getStore()?.scope?.request
    if (request === undefined) {
      this.report('log.set() was called outside of a request: there is no line to add to')
      return
    }
    request.wide = Object.assign(request.wide ?? Object.create(null), readable(attributes))
  }

  /** Only exports: a record that came through a bridge has been shown by the logger it came from. */
  export(record: LogRecord, chunk: ScopeChunk): void {
    this.buffer.append(chunk, record, this.encode)
  }

  bind(attributes: Attributes): BoundAttributes {
    return new BoundAttributes(attributes, this.how)
  }
}

/** A logger for one name with its bound attributes. */
export class Logger implements Log {
  private readonly logging: Logging
  private readonly logName: LogName
  private readonly bound: BoundAttributes | undefined
  /** The words of other logging libraries; on the prototype, the same functions as `warn` and `fatal`. */
  declare readonly warning: LogCall
  declare readonly critical: LogCall

  constructor(logging: Logging, logName: LogName, bound: BoundAttributes | undefined) {
    this.logging = logging
    this.logName = logName
    this.bound = bound
  }

  get name(): string {
    return this.logName.name
  }

  get level(): LogLevel {
    return levelNames.find((name) => levels[name].severity === this.logName.severity) ?? 'silent'
  }

  set level(level: LogLevel) {
    this.logName.severity = severityOf(level) ?? this.logName.severity
  }

  isLevelEnabled(level: LogLevel): boolean {
    return level !== 'silent' && (severityOf(level) ?? 0) >= this.logName.severity
  }

  child(attributes: Attributes): Log {
    const bound = this.bound === undefined ? this.logging.bind(attributes) : this.bound.and(attributes)
    return new Logger(this.logging, this.logName, bound)
  }

  with(attributes: Attributes): Log {
    return this.child(attributes)
  }

  unbind(...keys: string[]): Log {
    return new Logger(this.logging, this.logName, this.bound?.without(keys))
  }

  setContext(attributes: Attributes): void {
    this.logging.setContext(attributes)
  }

  clearContext(...keys: string[]): void {
    this.logging.clearContext(keys)
  }

  set(attributes: Attributes): void {
    this.logging.addToWide(attributes)
  }

  performance(operation: string, durationSeconds: number, attributes?: Attributes): void {
    this.info({ ...readable(attributes), operation, duration_seconds: durationSeconds }, operation)
  }

  event(name: string, attributes?: Attributes): void {
    this.info({ ...readable(attributes), event: name }, name)
  }

  named(name: string): Log {
    return new Logger(this.logging, this.logging.named(textOf(name)), this.bound)
  }

  // The severities are written out: a disabled call is one comparison.
  trace(first: unknown, ...rest: unknown[]): void {
    if (1 >= this.logName.severity) this.logging.write(this.logName, this.bound, levels.trace, first, rest)
  }

  debug(first: unknown, ...rest: unknown[]): void {
    if (5 >= this.logName.severity) this.logging.write(this.logName, this.bound, levels.debug, first, rest)
  }

  info(first: unknown, ...rest: unknown[]): void {
    if (9 >= this.logName.severity) this.logging.write(this.logName, this.bound, levels.info, first, rest)
  }

  warn(first: unknown, ...rest: unknown[]): void {
    if (13 >= this.logName.severity) this.logging.write(this.logName, this.bound, levels.warn, first, rest)
  }

  error(first: unknown, ...rest: unknown[]): void {
    if (17 >= this.logName.severity) this.logging.write(this.logName, this.bound, levels.error, first, rest)
  }

  fatal(first: unknown, ...rest: unknown[]): void {
    if (21 >= this.logName.severity) this.logging.write(this.logName, this.bound, levels.fatal, first, rest)
  }
}

Object.assign(Logger.prototype, { warning: Logger.prototype.warn, critical: Logger.prototype.fatal })
