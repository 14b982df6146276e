import { parseSpanText } from '@wakeline/protocol'

const hourMs = 3_600_000

/** As people and agents write them; `last` is measured from `to`. */
export type WrittenTimes = { last?: string | undefined; from?: string | undefined; to?: string | undefined }

/** The last hour where nothing is said. `prefix` stands before the names in a sentence about a mistake. */
export function readTimes(
  { last, from, to }: WrittenTimes,
  nowMs: number,
  prefix: '' | '--',
): { fromMs: number; toMs: number } | { error: string } {
  const toMs = to === undefined ? nowMs : instantOf(to)
  if (toMs === undefined) return { error: notATime(`${prefix}to`, to) }
  if (from !== undefined) {
    if (last !== undefined) return { error: `Cannot ask for both ${prefix}last and ${prefix}from: give one of them` }
    const fromMs = instantOf(from)
    if (fromMs === undefined) return { error: notATime(`${prefix}from`, from) }
    if (fromMs >= toMs) return { error: 'Cannot ask for this range: its start is not before its end' }
    return { fromMs, toMs }
  }
  const lastMs = last === undefined ? hourMs : parseSpanText(last)
  if (lastMs === undefined) {
    return { error: `Cannot read ${prefix}last: "${last}" is not a duration such as 15m, 1h30m or 7d` }
  }
  return { fromMs: Math.max(0, toMs - lastMs), toMs }
}

function instantOf(text: string): number | undefined {
  const ms = /^\d{1,13}$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

function notATime(name: string, text: string | undefined): string {
  return `Cannot read ${name}: "${text}" is not a time; write 2026-01-31T14:05:00Z or Unix milliseconds`
}
