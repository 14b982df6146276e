import type { Range, TimeInterval } from './config/notify-config.ts'

/** Whether a moment lies in one of the intervals. */
export const isWithin = (intervals: readonly TimeInterval[], unixMs: number): boolean =>
  intervals.some((interval) => contains(interval, unixMs))

function contains({ times, weekdays, daysOfMonth, months, years, clock }: TimeInterval, unixMs: number): boolean {
  const { minute, weekday, day, month, year } = localTime(unixMs, clock)
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate()
  return (
    (times === undefined || times.some(({ from, to }) => minute >= from && minute < to)) &&
    isIn(weekdays, weekday) &&
    isIn(
      daysOfMonth?.flatMap((range) => daysIn(range, lastDay)),
      day,
    ) &&
    isIn(months, month) &&
    isIn(years, year)
  )
}

const isIn = (ranges: readonly Range[] | undefined, value: number): boolean =>
  ranges === undefined || ranges.some(({ from, to }) => value >= from && value <= to)

/** From the end of this month, and not beyond it. */
function daysIn({ from, to }: Range, lastDay: number): Range[] {
  const counted = (day: number): number => (day < 0 ? lastDay + day + 1 : day)
  return counted(from) > lastDay ? [] : [{ from: counted(from), to: Math.min(counted(to), lastDay) }]
}

type LocalTime = { minute: number; weekday: number; day: number; month: number; year: number }

function localTime(unixMs: number, clock: Intl.DateTimeFormat): LocalTime {
  const parts = new Map(clock.formatToParts(unixMs).map(({ type, value }) => [type, Number(value)]))
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0
  const [year, month, day] = [part('year'), part('month'), part('day')]
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay()
  return { minute: part('hour') * 60 + part('minute'), weekday, day, month, year }
}
