import { EntryWindow } from './logs/log-aggregator.ts'
import { RotatedFile } from './logs/log-file.ts'
import { RuntimeLevels } from './logs/log-levels.ts'
import { DROP as drop, logTapsOf } from './logs/log-taps.ts'
import { patternIds } from './logs/pattern.ts'
import type {
  LogAggregator,
  LogEntry,
  LogFile,
  LogFileOptions,
  LogLevels,
  LogProcessor,
  LogWindow,
  RepeatLimit,
  TimedDecorator,
  TimedOptions,
} from './logs/public.ts'
import { redactPaths } from './logs/redact-paths.ts'
import { limitRepeats, sampleLines } from './logs/repeats.ts'
import { timeCall } from './logs/timed.ts'
import { slot } from './slot.ts'

export type * from './logs/public.ts'

/** What a processor returns for an entry that should go nowhere. */
export const DROP: symbol = drop

/** Adds a processor after those there are: it sees each line before it is shown or sent. Returns the function that removes it. */
export function addLogProcessor(processor: LogProcessor): () => void {
  return logTapsOf(slot()).process(processor)
}

/** Hides what is at these paths (`user.email`, `items.*.card`), beside what secret-looking keys hide anyway. */
export function redactLogPaths(paths: readonly string[]): () => void {
  return addLogProcessor(redactPaths(paths))
}

/** Writes at most `max` lines of one call in each window, then one that says how many more there were (`suppressed`). */
export function limitLogRepeats(options: RepeatLimit = {}): () => void {
  return addLogProcessor(limitRepeats(slot(), options))
}

/** Keeps a share (0 to 1) of the lines up to a level; those of one trace together. Each says so in `sample_ratio`. */
export function sampleLogs(ratio: number, upTo: LogEntry['level'] = 'info'): () => void {
  return addLogProcessor(sampleLines(ratio, upTo, Math.random))
}

/** Adds a stable id of the message and its place in the source to each line. */
export function identifyLogPatterns(): () => void {
  return addLogProcessor(patternIds(slot()))
}

/** Writes JSON lines to a file as well. */
export function logToFile(options: LogFileOptions): LogFile {
  const core = slot()
  const { path, maxBytes = 104_857_600, maxFiles = 5, level = 'trace' } = options
  const file = new RotatedFile(core, { path, maxBytes, maxFiles, level })
  const leave = logTapsOf(core).read((record) => file.write(record))
  const onExit = () => file.end()
  process.on('exit', onExit)
  const stop = () => {
    leave()
    process.removeListener('exit', onExit)
    file.stop()
  }
  return { reopen: () => file.reopen(), stop }
}

/** Keeps the lines of the last while in memory, to be asked about. */
export function aggregateLogs(options: LogWindow = {}): LogAggregator {
  const core = slot()
  return new EntryWindow(options, () => core.clock.nowUnixMs()).follow(core)
}

/** Levels of loggers by name, while the program runs. */
export const logLevels: LogLevels = slot().once('log levels', () => new RuntimeLevels(slot()))

/**
 * The function with a line at the end of each call: operation, function name, duration, outcome and error. Promises,
 * generators and streams are over when they end.
 */
export function timed<A extends unknown[], R>(
  operation: string,
  fn: (...args: A) => R,
  options: TimedOptions = {},
): (...args: A) => R {
  const { log = slot().log, level = 'info' } = options
  const timing = { operation, name: fn.name || operation, log, level }
  return function timedCall(this: unknown, ...args: A): R {
    return timeCall(timing, () => Reflect.apply(fn, this, args))
  }
}

/** `timed` for a method. Without an operation, the method's name. */
export function Timed(operation?: string, options: TimedOptions = {}): TimedDecorator {
  const wrap = (fn: (...args: unknown[]) => unknown, name: string) => {
    const wrapped = timed(operation ?? name, fn, options)
    Object.defineProperty(wrapped, 'name', { value: name, configurable: true })
    return wrapped
  }
  const decorate = (first: unknown, second: unknown, descriptor?: PropertyDescriptor): unknown => {
    if (isMethod(first) && typeof second === 'object' && second !== null)
      return wrap(first, String(Reflect.get(second, 'name')))
    if (typeof descriptor?.value === 'function') descriptor.value = wrap(descriptor.value, String(second))
    return undefined
  }
  return decorate as TimedDecorator
}

function isMethod(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function'
}
