import { printNumber, printShort, quote } from '../../query/promql/parse/literals.ts'

/** Numbers and values written as Go's `fmt` does, which is what people's annotations were made for. */

/** What a template works with. Whole numbers are bigint: Go's int and float64 are two types, and are not compared. */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | TemplateSample

/** One sample of an answer: `.Labels` and `.Value`. */
export class TemplateSample {
  readonly labels: ReadonlyMap<string, string>
  readonly value: number | string

  constructor(labels: ReadonlyMap<string, string>, value: number | string) {
    this.labels = labels
    this.value = value
  }
}

/** `%v`. */
export function printValue(value: Value): string {
  if (value === null || value === undefined) return '<no value>'
  if (typeof value === 'number') return printShort(value)
  if (value instanceof Date) return printTime(value)
  if (value instanceof TemplateSample) return `{${printValue(value.labels)} ${printValue(value.value)}}`
  if (value instanceof Map)
    return `map[${sortedEntries(value)
      .map(([name, each]) => `${name}:${printValue(each)}`)
      .join(' ')}]`
  if (Array.isArray(value)) return `[${value.map(printValue).join(' ')}]`
  return String(value)
}

export const sortedEntries = (map: ReadonlyMap<string, Value>): [string, Value][] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

/** `2015-07-30 20:30:40.25 +0000 UTC`. */
export function printTime(time: Date): string {
  const [day = '', clock = ''] = time.toISOString().replace('Z', '').split('T')
  return `${day} ${clock.replace(/\.?0+$/, '')} +0000 UTC`
}

/** `%.4g` and the like. */
export function printSignificant(value: number, digits: number): string {
  if (!Number.isFinite(value) || value === 0) return printNumber(value)
  const precision = Math.max(1, digits)
  const [mantissa = '', exponentText = '0'] = toExponent(value, precision - 1).split('e')
  const exponent = Number(exponentText)
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa
  if (exponent < -4 || exponent >= precision) return `${short}e${goExponent(exponent)}`
  return printNumber(Number(`${short}e${exponent}`))
}

/** `%.2f` and the like. */
function printFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return printNumber(value)
  if (Math.abs(value) >= 1e21) return BigInt(value).toString() + (decimals > 0 ? `.${'0'.repeat(decimals)}` : '')
  const exact = value.toFixed(100)
  const rounded = roundDecimals(exact, Math.min(decimals, 100))
  return Object.is(value, -0) && !rounded.startsWith('-') ? `-${rounded}` : rounded
}

/** `%.2e` and the like. */
function printExponent(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return printNumber(value)
  const [mantissa = '', exponent = '0'] = toExponent(value, decimals).split('e')
  return `${mantissa}e${goExponent(Number(exponent))}`
}

const goExponent = (exponent: number): string =>
  `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`

/** Halves go to the even digit, as they do in Go and not in JavaScript. */
function toExponent(value: number, decimals: number): string {
  const [mantissa = '0', exponent = '0'] = value.toExponential(100).split('e')
  const rounded = roundDecimals(mantissa, Math.min(decimals, 100))
  const carried = /^(-?)10(?:\.(0*))?$/.exec(rounded)
  if (carried === null) return `${rounded}e${exponent}`
  const [, sign = '', zeros = ''] = carried
  return `${sign}1${zeros === '' ? '' : `.${zeros}`}e${Number(exponent) + 1}`
}

function roundDecimals(text: string, decimals: number): string {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text) ?? []
  const kept = fraction.slice(0, decimals).padEnd(decimals, '0')
  const rest = fraction.slice(decimals)
  let digits = BigInt(whole + kept)
  const half = `5${'0'.repeat(Math.max(0, rest.length - 1))}`
  const isUp = rest > half || (rest === half && digits % 2n === 1n)
  if (rest !== '' && isUp) digits += 1n
  const all = digits.toString().padStart(decimals + 1, '0')
  return sign + (decimals === 0 ? all : `${all.slice(0, -decimals)}.${all.slice(-decimals)}`)
}

const verbs = /%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d*))?([a-zA-Z%])?/g
const widthMax = 1000

/** `printf`, with Go's own words for what does not fit. */
export function formatText(format: string, values: readonly Value[]): string {
  let next = 0
  const text = format.replace(verbs, (_all, flags: string, width?: string, precision?: string, verb?: string) => {
    if (verb === '%') return '%'
    if (verb === undefined) return '%!(NOVERB)'
    const star = (given: string | undefined): number | undefined => {
      if (given === undefined) return undefined
      if (given !== '*') return Math.min(Number(given), widthMax)
      const taken = values[next++]
      return typeof taken === 'bigint' ? Math.min(Number(taken), widthMax) : undefined
    }
    const wide = star(width)
    const exact = star(precision)
    if (next >= values.length) return `%!${verb}(MISSING)`
    return padded(verbText(verb, values[next++], { flags, precision: exact }), wide ?? 0, flags)
  })
  const extra = values.slice(next)
  if (extra.length === 0) return text
  return `${text}%!(EXTRA ${extra.map((value) => `${typeName(value)}=${printValue(value)}`).join(', ')})`
}

type Asked = { flags: string; precision: number | undefined }

function verbText(verb: string, value: Value, { flags, precision }: Asked): string {
  const signed = (text: string): string => {
    if (/^[+-]/.test(text)) return text
    return flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text
  }
  if (verb === 'v') {
    if (typeof value === 'number')
      return signed(precision === undefined ? printShort(value) : printSignificant(value, precision))
    return printValue(value)
  }
  if (typeof value === 'number') {
    if (verb === 'f' || verb === 'F') return signed(printFixed(value, precision ?? 6))
    if (verb === 'e' || verb === 'E') return withCase(verb, signed(printExponent(value, precision ?? 6)))
    if (verb === 'g' || verb === 'G')
      return withCase(verb, signed(precision === undefined ? printShort(value) : printSignificant(value, precision)))
  }
  if (typeof value === 'bigint') {
    const radix = { d: 10, b: 2, o: 8, x: 16, X: 16 }[verb]
    if (radix !== undefined) return withCase(verb, signed(value.toString(radix)))
    if (verb === 'c') return String.fromCodePoint(Number(value))
  }
  if (verb === 't' && typeof value === 'boolean') return String(value)
  if (
    verb === 's' &&
    (typeof value === 'string' || value instanceof Map || Array.isArray(value) || value instanceof Date)
  ) {
    const text = printValue(value)
    return precision === undefined ? text : [...text].slice(0, precision).join('')
  }
  if (verb === 'q' && typeof value === 'string') return quote(value)
  if ((verb === 'x' || verb === 'X') && typeof value === 'string')
    return withCase(verb, Buffer.from(value).toString('hex'))
  return value === null || value === undefined
    ? `%!${verb}(<nil>)`
    : `%!${verb}(${typeName(value)}=${printValue(value)})`
}

const withCase = (verb: string, text: string): string => (verb === verb.toUpperCase() ? text.toUpperCase() : text)

function padded(text: string, width: number, flags: string): string {
  const missing = width - [...text].length
  if (missing <= 0) return text
  if (flags.includes('-')) return text + ' '.repeat(missing)
  if (!flags.includes('0')) return ' '.repeat(missing) + text
  const sign = /^[+-]/.exec(text)?.[0] ?? ''
  return sign + '0'.repeat(missing) + text.slice(sign.length)
}

/** In Go's words. */
export function typeName(value: Value): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'number') return 'float64'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  if (value instanceof Date) return 'time.Time'
  if (value instanceof TemplateSample) return 'sample'
  return Array.isArray(value) ? 'list' : 'map'
}
