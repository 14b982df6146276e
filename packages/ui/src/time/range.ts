import { parseSpanText } from '@wakeline/protocol'
import { one, type RawSearch } from '../parts/url.ts'
import type { Zone } from './zone.tsx'

/** What the viewer looks at: the last so much, which moves with the clock, or a fixed piece of the past. */
export type TimeRange = { kind: 'last'; durationMs: number } | { kind: 'between'; fromMs: number; toMs: number }

export const defaultRange: TimeRange = { kind: 'last', durationMs: 15 * 60_000 }

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
const rangeMinMs = 1000
const rangeMaxMs = 366 * units.d

export const quickRanges = ['5m', '15m', '30m', '1h', '3h', '6h', '12h', '24h', '2d', '7d', '30d'] as const

export { parseSpanText }

/** The shortest text that `parseSpanText` reads back: `15m`, `1h30m`, `24h`. */
export function printSpanText(durationMs: number): string {
  let left = Math.max(1, Math.round(durationMs / 1000)) * 1000
  const whole = (['d', 'h', 'm', 's'] as const).find((unit) => left % units[unit] === 0 && left / units[unit] < 100)
  if (whole !== undefined) return `${whole === 'd' && left === units.d ? '24h' : left / units[whole] + whole}`
  let text = ''
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const count = Math.floor(left / units[unit])
    if (count > 0) text += count + unit
    left -= count * units[unit]
  }
  return text
}

/** Reads `last=15m` or `from=<time>&to=<time>`; whatever makes no sense is the default. */
export function parseRange(raw: RawSearch): TimeRange {
  const fromMs = parseInstant(one(raw, 'from'))
  const toMs = parseInstant(one(raw, 'to'))
  if (fromMs !== undefined && toMs !== undefined && fromMs < toMs) return { kind: 'between', fromMs, toMs }
  const durationMs = parseSpanText(one(raw, 'last'))
  if (durationMs === undefined || durationMs < rangeMinMs || durationMs > rangeMaxMs) return defaultRange
  return { kind: 'last', durationMs }
}

/** The search parameters of a range; those of the other kind are named too, so that merging clears them. */
export function printRange(range: TimeRange): { last: string; from: string; to: string } {
  if (range.kind === 'between') return { last: '', from: printInstant(range.fromMs), to: printInstant(range.toMs) }
  const last = range.durationMs === (defaultRange.kind === 'last' ? defaultRange.durationMs : 0)
  return { last: last ? '' : printSpanText(range.durationMs), from: '', to: '' }
}

export function resolveRange(range: TimeRange, nowMs: number): { fromMs: number; toMs: number } {
  if (range.kind === 'between') return { fromMs: range.fromMs, toMs: range.toMs }
  return { fromMs: nowMs - range.durationMs, toMs: nowMs }
}

/** The range `steps` halves of its own length later (earlier where negative), never beyond now. */
export function shiftRange(range: TimeRange, steps: number, nowMs: number): TimeRange {
  const { fromMs, toMs } = resolveRange(range, nowMs)
  const byMs = Math.min((steps * (toMs - fromMs)) / 2, nowMs - toMs)
  return between(fromMs + byMs, toMs + byMs)
}

/** Twice the range around the same middle, never beyond now. */
export function zoomOut(range: TimeRange, nowMs: number): TimeRange {
  if (range.kind === 'last') return { kind: 'last', durationMs: Math.min(range.durationMs * 2, rangeMaxMs) }
  const widthMs = Math.min((range.toMs - range.fromMs) * 2, rangeMaxMs)
  const toMs = Math.min((range.fromMs + range.toMs) / 2 + widthMs / 2, Math.max(nowMs, range.toMs))
  return between(toMs - widthMs, toMs)
}

/** A fixed range in whole milliseconds, at least a second wide. */
export function between(fromMs: number, toMs: number): TimeRange {
  const from = Math.floor(Math.min(fromMs, toMs))
  return { kind: 'between', fromMs: from, toMs: Math.max(Math.ceil(Math.max(fromMs, toMs)), from + rangeMinMs) }
}

function printInstant(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

/** RFC 3339 or Unix milliseconds. */
function parseInstant(text: string): number | undefined {
  const ms = /^\d{10,16}$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isFinite(ms) ? ms : undefined
}

/**
 * What people type into the time inputs: `now`, `now-1h`, `14:05`, `2026-11-22 14:05[:09]` in their zone, the same with UTC
 * behind it (as hovers say it), RFC 3339, Unix seconds or milliseconds.
 */
export function parseTimeText(typedText: string, nowMs: number, zoneOfInput: Zone): number | undefined {
  const [, text = '', utc] = /^(.*?)(\s+UTC)?$/i.exec(typedText.trim()) ?? []
  const zone = utc === undefined ? zoneOfInput : 'utc'
  const typed = text.trim()
  if (typed.toLowerCase() === 'now') return nowMs
  const before = /^now\s*-\s*(.+)$/i.exec(typed)
  if (before !== null) {
    const durationMs = parseSpanText(before[1] ?? '')
    return durationMs === undefined ? undefined : nowMs - durationMs
  }
  if (/^\d{9,10}$/.test(typed)) return Number(typed) * 1000
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(typed)
  if (clock !== null) {
    const [hours, minutes, seconds] = [Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0)]
    if (hours > 23 || minutes > 59 || seconds > 59) return undefined
    const today = new Date(nowMs)
    return zone === 'utc' ? today.setUTCHours(hours, minutes, seconds, 0) : today.setHours(hours, minutes, seconds, 0)
  }
  const withTime = /^\d{4}-\d{2}-\d{2}$/.test(typed) ? `${typed}T00:00:00` : typed.replace(' ', 'T')
  // With a time and no zone `Date` reads the viewer's.
  const hasNoZone = /^[\d-]+T\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/.test(withTime)
  return parseInstant(zone === 'utc' && hasNoZone ? `${withTime}Z` : withTime)
}
