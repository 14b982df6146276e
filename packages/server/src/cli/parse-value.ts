import type { Option, OptionKind } from '../options.ts'

/**
 * Reads one option's value as people write it: `64MiB`, `15m`, `4318`. Gives the value in the option's own unit
 * (bytes, milliseconds), or a sentence's end that says what was expected.
 */
export type Parsed = { value: string | number } | { expected: string }

const byteUnits: Record<string, number> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}
const timeUnits: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const expectations: Record<OptionKind, string> = {
  text: 'a text',
  path: 'a path',
  secret: 'a text',
  choice: 'one of',
  port: 'a port from 0 to 65535',
  count: 'a whole number',
  bytes: 'a size such as 64MiB, 2GB or a number of bytes',
  ms: 'a time such as 15m, 1h, 500ms or a number of milliseconds',
}

export function parseValue(option: Option<string> | Option<number>, raw: unknown): Parsed {
  if (option.kind === 'choice') {
    const chosen = option.choices.find((choice) => choice === raw)
    return chosen === undefined ? { expected: `one of ${option.choices.join(', ')}` } : { value: chosen }
  }
  const expected =
    expectations[option.kind] + (option.min > 0 ? `, at least ${printValue(option.kind, option.min)}` : '')
  if (typeof option.initial === 'string') return typeof raw === 'string' ? { value: raw } : { expected }
  const value =
    typeof raw === 'number' ? raw : typeof raw === 'string' ? parseAmount(option.kind, raw.trim()) : Number.NaN
  const whole = Number.isSafeInteger(value) && value >= option.min
  if (!whole || (option.kind === 'port' && value > 65_535)) return { expected }
  return { value }
}

function parseAmount(kind: OptionKind, text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text) ?? []
  if (digits === undefined || unit === undefined) return Number.NaN
  if (unit === '') return Number(digits)
  const units = kind === 'bytes' ? byteUnits : kind === 'ms' ? timeUnits : {}
  return Math.round(Number(digits) * (units[unit] ?? Number.NaN))
}

/** The shortest way to write a value so that it reads back the same. */
export function printValue(kind: OptionKind, value: string | number): string {
  if (typeof value === 'string') return value
  const units = kind === 'bytes' ? ['TiB', 'GiB', 'MiB', 'KiB'] : kind === 'ms' ? ['d', 'h', 'm', 's', 'ms'] : []
  const sizes = kind === 'bytes' ? byteUnits : timeUnits
  for (const unit of units) {
    const size = sizes[unit]
    if (size !== undefined && value >= size && value % size === 0) return `${value / size}${unit}`
  }
  return String(value)
}
