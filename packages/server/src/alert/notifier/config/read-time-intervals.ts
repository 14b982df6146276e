import type { Mapping, YamlInput } from '../../../base/yaml-input.ts'
import type { Range, TimeInterval } from './notify-config.ts'

/** `time_intervals:`, and `mute_time_intervals:` as older files call them. */
export function readTimeIntervals(given: Mapping): ReadonlyMap<string, readonly TimeInterval[]> {
  const { input } = given
  const read = new Map<string, readonly TimeInterval[]>()
  for (const list of ['time_intervals', 'mute_time_intervals'])
    for (const node of input.list(given.take(list), list)) {
      const entry = input.mapping(node, 'a named time interval')
      const name = entry.text('name')
      if (name === '') input.wrong(node, 'a time interval has no name; give it one with "name:"')
      if (read.has(name)) input.wrong(node, `the time interval "${name}" is there twice`)
      const intervals = input.list(entry.take('time_intervals'), 'time_intervals')
      read.set(
        name,
        intervals.map((each) => readInterval(input, each)),
      )
      entry.end('a named time interval')
    }
  return read
}

function readInterval(input: YamlInput, node: unknown): TimeInterval {
  const given = input.mapping(node, 'a time interval')
  const interval: TimeInterval = {
    times: readTimes(given),
    weekdays: readRanges(given, 'weekdays', {
      parse: (text) => place(weekdays, text, 0),
      expected: 'days such as monday:friday',
    }),
    daysOfMonth: readRanges(given, 'days_of_month', {
      parse: dayOfMonth,
      expected: 'days from 1 to 31, or from -31 to -1 counted from the end',
    }),
    months: readRanges(given, 'months', {
      parse: (text) => place(months, text, 1) ?? numberIn(text, 1, 12),
      expected: 'months such as january:march or 1:3',
    }),
    years: readRanges(given, 'years', {
      parse: (text) => numberIn(text, 0, 9999),
      expected: 'years such as 2026:2027',
    }),
    clock: clockOf(readLocation(given)),
  }
  given.end('a time interval')
  return interval
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]

function place(names: readonly string[], text: string, first: number): number | undefined {
  const found = names.indexOf(text.toLowerCase())
  return found < 0 ? undefined : found + first
}

function numberIn(text: string, least: number, most: number): number | undefined {
  const number = /^-?\d{1,4}$/.test(text) ? Number(text) : Number.NaN
  return number >= least && number <= most ? number : undefined
}

const dayOfMonth = (text: string): number | undefined => numberIn(text, 1, 31) ?? numberIn(text, -31, -1)

function readRanges(
  given: Mapping,
  name: string,
  { parse, expected }: { parse: (text: string) => number | undefined; expected: string },
): readonly Range[] | undefined {
  if (given.take(name) === undefined) return undefined
  const { input } = given
  return input.list(given.take(name), name).flatMap((node) => {
    const text = input.text(node, name)
    const [first = '', last = first, more] = text.split(':').map((each) => each.trim())
    const [from, to] = [parse(first), parse(last)]
    if (from === undefined || to === undefined || more !== undefined || !isInOrder(from, to)) {
      input.wrong(node, `"${text}" is expected as ${expected}, the first before the last`)
      return []
    }
    return [{ from, to }]
  })
}

/** Counted from the end of a month, a day may lie before or behind one that is counted from its beginning. */
const isInOrder = (from: number, to: number): boolean => (from < 0 ? to < 0 && from <= to : to < 0 || from <= to)

const minuteOf = (text: string): number | undefined => {
  const [, hour, minute] = /^((?:[01]\d)|(?:2[0-3])):([0-5]\d)$/.exec(text) ?? (text === '24:00' ? ['', '24', '0'] : [])
  return hour === undefined ? undefined : Number(hour) * 60 + Number(minute)
}

function readTimes(given: Mapping): readonly Range[] | undefined {
  if (given.take('times') === undefined) return undefined
  const { input } = given
  return input.list(given.take('times'), 'times').flatMap((node) => {
    const times = input.mapping(node, 'a time range')
    const [from, to] = [minuteOf(times.text('start_time')), minuteOf(times.text('end_time'))]
    times.end('a time range')
    if (from !== undefined && to !== undefined && from < to) return [{ from, to }]
    input.wrong(
      node,
      'a time range has a start_time and a later end_time, as "09:00" and "17:00"; over midnight it is two',
    )
    return []
  })
}

const clockOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })

function readLocation(given: Mapping): string {
  const location = given.text('location')
  if (location === '') return 'UTC'
  // The server's own.
  if (location === 'Local') return Intl.DateTimeFormat().resolvedOptions().timeZone
  try {
    new Intl.DateTimeFormat('en', { timeZone: location })
    return location
  } catch {
    given.input.wrong(given.take('location'), `there is no time zone "${location}"; write one such as Europe/Berlin`)
    return 'UTC'
  }
}
