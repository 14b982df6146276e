import { printDuration, threeDigits } from '@wakeline/protocol'
import type { Zone } from './zone.tsx'

/** Times and durations as people read them. */

export { printDuration, threeDigits }

/** `just now`, `12s ago`, `5m ago`, `3h ago`, `2d ago`; `in 5m` for what is ahead of this clock. */
export function printAge(atMs: number, nowMs: number): string {
  const seconds = Math.round(Math.abs(nowMs - atMs) / 1000)
  if (seconds < 2) return 'just now'
  const text =
    seconds < 60
      ? `${seconds}s`
      : seconds < 3600
        ? `${Math.floor(seconds / 60)}m`
        : seconds < 86_400
          ? `${Math.floor(seconds / 3600)}h`
          : `${Math.floor(seconds / 86_400)}d`
  return atMs <= nowMs ? `${text} ago` : `in ${text}`
}

export type Precision = keyof typeof clockEnds
const clockEnds = { minutes: 16, seconds: 19, milliseconds: 23 } as const

/** `14:05:09`, with `.123` where asked. */
export function printClock(atMs: number, zone: Zone, precision: Precision = 'seconds'): string {
  return wall(atMs, zone).slice(11, clockEnds[precision])
}

/** `2026-11-22` */
export function printDate(atMs: number, zone: Zone): string {
  return wall(atMs, zone).slice(0, 10)
}

/** `2026-11-22T14:05:09.123`: what calendar and clock of the zone show. */
function wall(atMs: number, zone: Zone): string {
  const behindMs = zone === 'utc' ? 0 : new Date(atMs).getTimezoneOffset() * 60_000
  return new Date(atMs - behindMs).toISOString().slice(0, -1)
}

/** `11-22`, with the year where it is another one; '' today. */
export function printDay(atMs: number, nowMs: number, zone: Zone): string {
  const [date, today] = [printDate(atMs, zone), printDate(nowMs, zone)]
  if (date === today) return ''
  return date.slice(0, 4) === today.slice(0, 4) ? date.slice(5) : date
}

/** `2026-11-22 14:05:09`: what the time inputs show and read back. */
export function printDateTime(atMs: number, zone: Zone, precision: Precision = 'seconds'): string {
  return `${printDate(atMs, zone)} ${printClock(atMs, zone, precision)}`
}

/** `2026-11-22 14:05:09.123 UTC`; all nine decimals where nanoseconds are given. */
export function printUtc(at: number | string): string {
  const atMs = typeof at === 'number' ? at : unixMs(at)
  const [date, clock] = new Date(atMs).toISOString().replace('Z', '').split('T')
  const rest = typeof at === 'string' ? at.slice(-6).padStart(6, '0') : ''
  return `${date} ${clock}${rest} UTC`
}

/** A record's own time (a decimal string of nanoseconds) as the milliseconds that ranges and axes use, rounded down. */
export function unixMs(unixNano: string): number {
  const ms = Number(unixNano.slice(0, -6))
  return Number.isFinite(ms) ? ms : 0
}

/** `14:00:00 – 14:15:00`, with the dates where they are not today's. */
export function printBetween(range: { fromMs: number; toMs: number }, nowMs: number, zone: Zone): string {
  const { fromMs, toMs } = range
  const today = printDate(nowMs, zone)
  const [from, to] = [printDate(fromMs, zone), printDate(toMs, zone)]
  const precision = fromMs % 60_000 === 0 && toMs % 60_000 === 0 ? 'minutes' : 'seconds'
  const first = from === today ? '' : `${from} `
  const second = to === from ? '' : `${to} `
  return `${first}${printClock(fromMs, zone, precision)} – ${second}${printClock(toMs, zone, precision)}`
}

const words = { s: 'second', m: 'minute', h: 'hour', d: 'day' } as const

/** `15m` -> `15 minutes`; text with more than one unit stays as it is. */
export function printSpanWords(text: string): string {
  const found = /^(\d+)([smhd])$/.exec(text)
  if (found === null) return text
  const word = Object.entries(words).find(([unit]) => unit === found[2])?.[1]
  return `${found[1]} ${word}${found[1] === '1' ? '' : 's'}`
}
