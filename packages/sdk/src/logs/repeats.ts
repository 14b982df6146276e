import type { Core } from '../core.ts'
import { DROP } from './log-taps.ts'
import { maskedPattern } from './pattern.ts'
import type { LogEntry, LogProcessor, RepeatLimit } from './public.ts'

interface Repeated {
  readonly entry: LogEntry
  written: number
  left: number
}

const linesMax = 1_000

/** Writes at most so many lines of one call in each window, then one that says how many were left out. */
export function limitRepeats(core: Core, { max = 10, perMs = 1_000 }: RepeatLimit): LogProcessor {
  const repeated = new Map<string, Repeated>()
  let open = false
  const closeWindow = () => {
    open = false
    const over = [...repeated.values()].filter(({ left }) => left > 0)
    repeated.clear()
    for (const { entry, left } of over) {
      core.log.named(entry.logger)[entry.level]({ suppressed: left, window_ms: perMs }, entry.template)
      // Its own line does not count against the new window.
      const own = repeated.get(keyOf(entry))
      if (own !== undefined) own.written--
    }
  }
  process.prependListener('exit', closeWindow)
  return (entry) => {
    const key = keyOf(entry)
    let known = repeated.get(key)
    if (known === undefined) {
      if (repeated.size >= linesMax) return entry
      known = { entry, written: 0, left: 0 }
      repeated.set(key, known)
    }
    if (!open) {
      open = true
      core.schedule(closeWindow, perMs)
    }
    if (known.written < max) {
      known.written++
      return entry
    }
    known.left++
    return DROP
  }
}

function keyOf({ logger, level, template }: LogEntry): string {
  return `${logger} ${level} ${maskedPattern(template)}`
}

/** Keeps a share of the lines up to a level; the lines of one trace are kept or left out together. */
export function sampleLines(ratio: number, upTo: LogEntry['level'], random: () => number): LogProcessor {
  const rank = order.indexOf(upTo)
  return (entry) => {
    if (order.indexOf(entry.level) > rank) return entry
    const { traceId } = entry
    const draw = traceId === undefined ? random() : Number.parseInt(traceId.slice(-8), 16) / 2 ** 32
    if (draw >= ratio) return DROP
    entry.attributes['sample_ratio'] = ratio
    return entry
  }
}

const order: readonly LogEntry['level'][] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']
