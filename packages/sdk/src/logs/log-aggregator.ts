import type { Core } from '../core.ts'
import { keptEntryOf } from './log-entry.ts'
import { logTapsOf } from './log-taps.ts'
import { maskedPattern } from './pattern.ts'
import type { ErrorSummary, LogAggregator, LogEntry, LogPattern, LogWindow } from './public.ts'

const recentErrorsMax = 10

/** The log entries of the last while, in memory: never more than `maxEntries`, none older than `maxAgeMs`. */
export class EntryWindow implements LogAggregator {
  private readonly maxEntries: number
  private readonly maxAgeMs: number
  private readonly nowUnixMs: () => number
  private entries: LogEntry[] = []
  /** Entries before it are gone; they are cut off many at a time. */
  private first = 0
  private readonly stops: (() => void)[] = []

  constructor({ maxEntries = 10_000, maxAgeMs = 3_600_000 }: LogWindow, nowUnixMs: () => number) {
    this.maxEntries = maxEntries
    this.maxAgeMs = maxAgeMs
    this.nowUnixMs = nowUnixMs
  }

  add(entry: LogEntry): void {
    this.entries.push(entry)
    if (this.entries.length - this.first > this.maxEntries) this.first++
    if (this.first >= 1_024 && this.first * 2 >= this.entries.length) {
      this.entries = this.entries.slice(this.first)
      this.first = 0
    }
  }

  /** Takes every line the program writes from now on, until `stop()`. */
  follow(core: Core): this {
    this.stops.push(logTapsOf(core).read((record) => this.add(keptEntryOf(record, core.how))))
    return this
  }

  stop(): void {
    for (const stop of this.stops.splice(0)) stop()
  }

  /** What is in the window, oldest first. */
  all(): LogEntry[] {
    const since = this.nowUnixMs() - this.maxAgeMs
    return this.entries.slice(this.first).filter((entry) => entry.unixMs >= since)
  }

  byLevel(level: LogEntry['level']): LogEntry[] {
    return this.all().filter((entry) => entry.level === level)
  }

  /** Both ends included. */
  between(from: Date | number, to: Date | number): LogEntry[] {
    const [fromMs, toMs] = [Number(from), Number(to)]
    return this.all().filter((entry) => entry.unixMs >= fromMs && entry.unixMs <= toMs)
  }

  /** What was said, the most frequent first. */
  patterns(): LogPattern[] {
    const found = new Map<string, LogPattern>()
    for (const { logger, level, template, unixMs } of this.all()) {
      const pattern = maskedPattern(template)
      const key = `${logger}\n${level}\n${pattern}`
      const known = found.get(key)
      if (known === undefined) {
        found.set(key, { pattern, logger, level, count: 1, firstUnixMs: unixMs, lastUnixMs: unixMs })
        continue
      }
      known.count++
      known.firstUnixMs = Math.min(known.firstUnixMs, unixMs)
      known.lastUnixMs = Math.max(known.lastUnixMs, unixMs)
    }
    return [...found.values()].sort((a, b) => b.count - a.count)
  }

  byPattern(pattern: string): LogEntry[] {
    return this.all().filter((entry) => maskedPattern(entry.template) === pattern)
  }

  errorSummary(): ErrorSummary {
    const all = this.all()
    const severe = all.filter(({ level }) => level === 'error' || level === 'fatal')
    const errors = severe.filter(({ level }) => level === 'error').length
    return {
      entries: all.length,
      errors,
      fatals: severe.length - errors,
      errorRate: all.length === 0 ? 0 : severe.length / all.length,
      recentErrors: severe.slice(-recentErrorsMax).reverse(),
    }
  }
}
