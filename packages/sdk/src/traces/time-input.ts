import type { Clock } from '../clock.ts'

/** A time as `@opentelemetry/api` takes it: [seconds, nanoseconds], a Date, epoch milliseconds or a `performance.now()`. */
export type TimeInput = number | Date | [number, number]

/** Milliseconds since 1970. A number smaller than the process's own time origin can only be a `performance.now()`. */
export function unixMsOf(time: TimeInput, clock: Clock): number {
  if (Array.isArray(time)) return time[0] * 1000 + time[1] / 1e6
  if (time instanceof Date) return time.getTime()
  return time < performance.timeOrigin / 2 ? clock.unixMsAt(time) : time
}
