import { printAge, printClock, printDate, printDateTime, printUtc, unixMs } from './format.ts'
import { useTime } from './time-context.tsx'

/**
 * A moment, given in Unix milliseconds or as a record's nanoseconds. Hover says it in UTC, with the age.
 * `clock` is 14:05:09.123 with the date where it is not today, `full` has date and age, `age` is the age alone.
 */
export function TimeLabel({ at, as = 'clock' }: { at: number | string; as?: 'clock' | 'full' | 'age' }) {
  const { nowMs } = useTime()
  const atMs = typeof at === 'number' ? at : unixMs(at)
  if (atMs === 0) return <span className="quiet">no time given</span>
  const age = printAge(atMs, nowMs)
  const title = `${printUtc(at)}\n${printDateTime(atMs, 'milliseconds')} here, ${age}`
  const today = printDate(atMs) === printDate(nowMs)
  return (
    <time className="data" dateTime={new Date(atMs).toISOString()} title={title}>
      {as === 'age' && age}
      {as === 'clock' && (today ? printClock(atMs, 'milliseconds') : printDateTime(atMs, 'milliseconds'))}
      {as === 'full' && (
        <>
          {printDateTime(atMs, 'milliseconds')} <span className="quiet">{age}</span>
        </>
      )}
    </time>
  )
}
