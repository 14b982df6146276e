/**
 * The times of logs as programs write them, to nanoseconds since 1970; undefined for what is no time between 1970 and
 * 2199, which the store keeps.
 *
 *   text     2026-01-31T12:00:00.123456789+01:00, also with a space for the T and a comma for the point; without a zone UTC
 *   number   also as text: seconds below 10^11, milliseconds below 10^14, microseconds below 10^17, else nanoseconds
 */
export function unixNanoOf(value: unknown): bigint | undefined {
  const nano = typeof value === 'string' ? ofText(value) : ofNumber(value)
  return nano === undefined || nano <= 0n || nano >= endOfTimes ? undefined : nano
}

const endOfTimes = 7_258_118_400_000_000_000n
const isoTime = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9})\d*)? ?(Z|[+-]\d{2}:?\d{2})?$/i

function ofText(text: string): bigint | undefined {
  if (text.length > 40) return undefined
  if (/^\d+$/.test(text)) return ofNumber(BigInt(text))
  if (/^\d+\.\d+$/.test(text)) return ofNumber(Number(text))
  const [, day, time, fraction = '', zone = 'Z'] = isoTime.exec(text) ?? []
  if (day === undefined || !isDay(day)) return undefined
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()
  const milliseconds = Date.parse(`${day}T${time}${offset}`)
  if (Number.isNaN(milliseconds)) return undefined
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

/** Of 31 February `Date.parse` makes 3 March. */
function isDay(text: string): boolean {
  return Number(text.slice(8)) <= 28 || new Date(`${text}T00:00:00Z`).getUTCDate() === Number(text.slice(8))
}

function ofNumber(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value * BigInt(nanosecondsIn(Number(value)))
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  const unit = nanosecondsIn(value)
  const whole = Math.floor(value)
  return BigInt(whole) * BigInt(unit) + BigInt(Math.round((value - whole) * unit))
}

function nanosecondsIn(value: number): number {
  if (value < 1e11) return 1e9
  if (value < 1e14) return 1e6
  return value < 1e17 ? 1e3 : 1
}
