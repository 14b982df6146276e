import type { RecordWriter } from '../encode/record-writer.ts'
import type { RemoteSpan } from '../traces/remote-span.ts'
import type { Span } from '../traces/span.ts'
import type { BoundAttributes } from './bound-attributes.ts'

export interface Level {
  readonly name: string
  /** OTLP severity number; a logger writes what is at or above its own. */
  readonly severity: number
}

export const levels = {
  trace: { name: 'trace', severity: 1 },
  debug: { name: 'debug', severity: 5 },
  info: { name: 'info', severity: 9 },
  warn: { name: 'warn', severity: 13 },
  error: { name: 'error', severity: 17 },
  fatal: { name: 'fatal', severity: 21 },
} as const satisfies Record<string, Level>

export const levelNames = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

const silentSeverity = 25

/** The severity a level name stands for, or undefined when it is none. */
export function severityOf(level: string): number | undefined {
  if (level === 'silent') return silentSeverity
  const known = levelNames.find((name) => name === level)
  return known === undefined ? undefined : levels[known].severity
}

/** A record that writes itself: all that comes after its time, and its ids in OTLP. */
export interface WholeRecord {
  writeLine(writer: RecordWriter): void
  writeWire(writer: RecordWriter): void
}

/** One call, ready to be written out. */
export interface LogRecord {
  readonly unixMs: number
  readonly level: Level
  readonly loggerName: string
  readonly message: string
  /** The message before printf arguments were put in, where there were any: the same for every line of one call. */
  readonly template?: string | undefined
  /** What a bridged record has for a body when it is not text. */
  readonly body?: unknown
  readonly eventName?: string | undefined
  readonly attributes: object | undefined
  /** In place of what it says, where it is there: an object of its attributes is made only for whoever asks. */
  readonly whole?: WholeRecord | undefined
  readonly bound: BoundAttributes | undefined
  readonly error: Error | undefined
  readonly span: Span | RemoteSpan | undefined
}
