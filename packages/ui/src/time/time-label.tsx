import { printAge, printClock, printDateTime, printDay, printUtc, unixMs } from './format.ts'
import { useTime } from './time-context.tsx'
import styles from './time-label.module.css'
import { useZone, type Zone } from './zone.tsx'

/**
 * A moment, given in Unix milliseconds or as a record's nanoseconds. Hover says it in UTC, with the age.
 * `clock` is 14:05:09.123, with 11-29 before it where that is not today (`useClockWidth` is its room), `full` has date and age, `age` is the age alone.
 */
export function TimeLabel({ at, as = 'clock' }: { at: number | string; as?: 'clock' | 'full' | 'age' }) {
  const { nowMs } = useTime()
  const zone = useZone()
  const atMs = typeof at === 'number' ? at : unixMs(at)
  if (atMs === 0) return <span className="quiet">no time given</span>
  const age = printAge(atMs, nowMs)
  const title = `${printUtc(at)}\n${printDateTime(atMs, 'local', 'milliseconds')} here, ${age}`
  return (
    <time className="data" dateTime={new Date(atMs).toISOString()} title={title}>
      {as === 'age' && age}
      {as === 'clock' && <Clock atMs={atMs} nowMs={nowMs} zone={zone} />}
      {as === 'full' && (
        <>
          {printDateTime(atMs, zone, 'milliseconds')}
          {zone === 'utc' && ' UTC'} <span className="quiet">{age}</span>
        </>
      )}
    </time>
  )
}

function Clock({ atMs, nowMs, zone }: { atMs: number; nowMs: number; zone: Zone }) {
  const day = printDay(atMs, nowMs, zone)
  const clock = printClock(atMs, zone, 'milliseconds')
  if (day === '') return clock
  return (
    <>
      {day} {clock.slice(0, -4)}
      <span className={styles.milliseconds}>{clock.slice(-4)}</span>
    </>
  )
}

/** A column of `clock` labels: as wide as those of today, or of other days. `firstMs` is the earliest of them, if not that of the range. */
export function useClockWidth(firstMs?: number): string {
  const { fromMs, nowMs } = useTime()
  return printDay(firstMs ?? fromMs, nowMs, useZone()) === '' ? '104px' : 'min(144px, 35vw)'
}
