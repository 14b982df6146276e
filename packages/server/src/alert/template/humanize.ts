import { printShort } from '../../query/promql/parse/literals.ts'
import { printSignificant, printTime } from './go-format.ts'

/** Figures as people read them, by the same rules as Prometheus. */

const large = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
const binary = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi']
const small = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y']

const four = (value: number): string => printSignificant(value, 4)

function scaled(
  value: number,
  prefixes: readonly string[],
  factor: number,
  isEnough: (size: number) => boolean,
): string {
  let rest = value
  let prefix = ''
  for (const next of prefixes) {
    if (isEnough(Math.abs(rest))) break
    prefix = next
    rest *= factor
  }
  return four(rest) + prefix
}

const smallScaled = (value: number): string => scaled(value, small, 1000, (size) => size >= 1)

/** `1.234k`, `12m`. */
export function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return four(value)
  return Math.abs(value) >= 1 ? scaled(value, large, 1 / 1000, (size) => size < 1000) : smallScaled(value)
}

/** `1.5Gi`. */
export function humanize1024(value: number): string {
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return four(value)
  return scaled(value, binary, 1 / 1024, (size) => size < 1024)
}

/** `1h 30m 0s`, from seconds. */
export function humanizeDuration(value: number): string {
  if (!Number.isFinite(value)) return four(value)
  if (value === 0) return '0s'
  if (Math.abs(value) < 1) return `${smallScaled(value)}s`
  const sign = value < 0 ? '-' : ''
  const size = Math.abs(value)
  const whole = Math.trunc(size)
  const seconds = whole % 60
  const minutes = Math.trunc(whole / 60) % 60
  const hours = Math.trunc(whole / 3600) % 24
  const days = Math.trunc(whole / 86_400)
  if (days > 0) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`
  if (hours > 0) return `${sign}${hours}h ${minutes}m ${seconds}s`
  if (minutes > 0) return `${sign}${minutes}m ${seconds}s`
  return `${sign}${four(size)}s`
}

export const humanizePercentage = (value: number): string => `${four(value * 100)}%`

/** `2015-07-30 20:30:40 +0000 UTC`, from seconds. */
export function humanizeTimestamp(value: number): string {
  return Number.isFinite(value) ? printTime(timeOfSeconds(value)) : four(value)
}

/** Throws where Go has no such time either. */
export function timeOfSeconds(value: number): Date {
  if (!(Math.abs(value) < 2 ** 63 / 1e9))
    throw new Error(`${printShort(value)} cannot be represented as a nanoseconds timestamp since it overflows int64`)
  return new Date(Math.floor(value * 1000))
}
