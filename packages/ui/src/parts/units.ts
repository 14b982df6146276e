import { byteUnits } from '@wakeline/protocol'
import { printDuration, threeDigits } from '../time/format.ts'

/** Nanoseconds in one of a UCUM time unit. */
export const timeUnits: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  min: 60e9,
  h: 3600e9,
  d: 86_400e9,
}

/** What has no way of its own to be written: its number, and what stands behind it. */
const symbols: Record<string, string> = { V: 'V', A: 'A', J: 'J', W: 'W', m: 'm', g: 'g', Hz: 'Hz', Cel: '°C' }

/**
 * A value with its unit, three digits: `84 ms`, `1.2 MiB`, `12.4/s`, `4.2 %`, `12.3k`. Units are UCUM as OpenTelemetry
 * writes them (`ns ms s By % 1 V {request}`), with `/s` after any; `ratio` is a share of one shown in per cent.
 */
export function printValue(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  if (unit.endsWith('/s')) {
    return `${printValue(value, unit.slice(0, -2))}/s`
  }
  const nano = timeUnits[unit]
  if (nano !== undefined) return printDuration(value * nano)
  const bytes = byteUnits[unit]
  if (bytes !== undefined) return printBytes(value * bytes)
  if (unit === 'ratio') return printRatio(value)
  if (unit === '%') return `${printNumber(value)} %`
  const symbol = symbols[unit]
  return symbol === undefined ? printNumber(value) : `${printNumber(value)} ${symbol}`
}

/** `0`, `0.042`, `12.3`, `1,234`, `12.3k`, `4.5M`. */
export function printNumber(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size < 0.001) return value.toExponential(1)
  if (size < 1) return String(Number(value.toPrecision(2)))
  if (size < 999.5) return threeDigits(value)
  if (size < 9_999.5) return printCount(value)
  const [unit, letter] =
    size < 999_500 ? [1e3, 'k'] : size < 999.5e6 ? [1e6, 'M'] : size < 999.5e9 ? [1e9, 'G'] : [1e12, 'T']
  return threeDigits(value / Number(unit)) + letter
}

/** One for all: `toLocaleString` looks for its own at each call, which took a fifth of what scrolling the list of traces took. */
const thousands = new Intl.NumberFormat('en-US')

/** A whole count with its thousands: `12,345`. */
export function printCount(value: number): string {
  return thousands.format(Math.round(value))
}

export function printBytes(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let size = bytes
  let at = 0
  while (Math.abs(size) >= 1023.5 && at < names.length - 1) {
    size /= 1024
    at++
  }
  return `${threeDigits(size)} ${names[at]}`
}

/** A share of one in per cent: `0 %`, `0.04 %`, `4.2 %`, `100 %`; what is not quite all never rounds up to all. */
export function printRatio(ratio: number): string {
  const percent = ratio * 100
  if (percent === 0) return '0 %'
  if (percent < 0.01) return '<0.01 %'
  if (percent < 100 && percent > 99.9) return '99.9 %'
  return `${threeDigits(Number(percent.toPrecision(2 + Number(percent >= 10))))} %`
}
