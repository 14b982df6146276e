/** Numbers, durations and strings as PromQL writes them. Both directions, so that what is printed reads back. */

const unitsMs = new Map([
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
])
/** Durations are int64 nanoseconds in Prometheus; beyond that it refuses, and so do we. */
export const durationMaxSeconds = 2 ** 63 / 1e9

/** Milliseconds of `1h30m`, or the sentence why not. Units go from large to small, each once. */
export function parseDurationMs(text: string): number | { readonly error: string } {
  if (text === '0') return 0
  if (text === '') return { error: 'empty duration string' }
  let totalMs = 0
  let rest = text
  let lastUnitMs = Infinity
  while (rest !== '') {
    const part = /^([0-9]+)([^0-9]+)/.exec(rest)
    if (part === null) return { error: `not a valid duration string: ${quote(text)}` }
    const [whole, amount = '', unit = ''] = part
    const unitMs = unitsMs.get(unit)
    if (unitMs === undefined) return { error: `unknown unit ${quote(unit)} in duration ${quote(text)}` }
    if (unitMs >= lastUnitMs || Number(amount) >= 2 ** 64)
      return { error: `not a valid duration string: ${quote(text)}` }
    lastUnitMs = unitMs
    totalMs += Number(amount) * unitMs
    rest = rest.slice(whole.length)
  }
  if (totalMs / 1000 > durationMaxSeconds) return { error: 'duration out of range' }
  return totalMs
}

/** `5400000` as `1h30m`. Years and weeks only where they divide evenly: `90d` reads better than `12w6d`. */
export function printDurationMs(ms: number): string {
  let restMs = Math.trunc(ms)
  if (restMs === 0) return '0s'
  let text = ''
  for (const [unit, unitMs] of unitsMs) {
    if ((unit === 'y' || unit === 'w') && restMs % unitMs !== 0) continue
    const amount = Math.floor(restMs / unitMs)
    if (amount > 0) text += `${amount}${unit}`
    restMs -= amount * unitMs
  }
  return text
}

/** The value of a number token, or undefined when it is not one. A leading 0 means octal, as in Go. */
export function parseNumber(text: string): number | undefined {
  const lower = text.toLowerCase().replace(/(?<=[0-9a-fx])_(?=[0-9a-f])/g, '')
  const signed = /^([+-]?)(.+)$/.exec(lower)
  if (signed === null) return undefined
  const sign = signed[1] === '-' ? -1 : 1
  const digits = signed[2] ?? ''
  if (digits === 'inf') return sign * Infinity
  if (digits === 'nan') return Number.NaN
  if (/^(0x[0-9a-f]+|0o[0-7]+|0b[01]+)$/.test(digits))
    return Number(digits) < 2 ** 63 ? sign * Number(digits) : undefined
  if (/^0[0-7]+$/.test(digits)) return sign * Number.parseInt(digits, 8)
  if (/^([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/.test(digits)) return sign * Number(digits)
  return undefined
}

/** The same, or the sentence why it is none, in the words of Go. */
export function readNumber(text: string): number | { readonly error: string } {
  const value = parseNumber(text)
  const wrong = (why: string) => ({ error: `error parsing number: strconv.ParseFloat: parsing ${quote(text)}: ${why}` })
  if (value === undefined) return wrong('invalid syntax')
  return Number.isFinite(value) || !/\d/.test(text) ? value : wrong('value out of range')
}

/** A number in a label, such as the bound of a bucket: no other bases than ten, and infinity by any of its names. */
export function parseLabelNumber(text: string): number | undefined {
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (/^[+-]?nan$/i.test(text)) return Number.NaN
  return /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/i.test(text) ? Number(text) : undefined
}

/** Shortest digits that read back, never with an exponent: `strconv.FormatFloat(v, 'f', -1, 64)`. */
export function printNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const text = String(value)
  const parts = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (parts === null) return text
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length)
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** As Go's `%g`: shortest digits, with an exponent (of two digits at least) below 1e-4 and from 1e6 on. */
export const printShort = (value: number): string => printAbout(value, 6)

/** As Go's `%.2g`: two digits. */
export const printRounded = (value: number): string => printAbout(Number(value.toPrecision(2)), 2)

function printAbout(value: number, exponentMax: number): string {
  if (!Number.isFinite(value) || value === 0) return printNumber(value)
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent < exponentMax) return printNumber(value)
  const size = String(Math.abs(exponent)).padStart(2, '0')
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${size}`
}

const namedEscapes = new Map([
  ['a', 7],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
  ['\\', 92],
  ['"', 34],
  ["'", 39],
])

/** What a string token with its quotes says. The tokenizer has checked its escapes already. */
export function unquote(token: string): string {
  const body = token.slice(1, -1)
  if (token.startsWith('`') || !body.includes('\\')) return body
  const bytes: number[] = []
  const encoder = new TextEncoder()
  // `\xff` and `\377` are bytes, not characters: several of them may spell one character.
  const escapeOrText = /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[\s\S])|[^\\]+/g
  for (const [whole, code] of body.matchAll(escapeOrText)) {
    if (code === undefined) bytes.push(...encoder.encode(whole))
    else if (/^[uU]./.test(code))
      bytes.push(...encoder.encode(String.fromCodePoint(Number.parseInt(code.slice(1), 16))))
    else if (/^x./.test(code)) bytes.push(Number.parseInt(code.slice(1), 16))
    else if (/^[0-7]{3}$/.test(code)) bytes.push(Number.parseInt(code, 8))
    else bytes.push(namedEscapes.get(code) ?? code.charCodeAt(0))
  }
  return decodeBytes(Uint8Array.from(bytes))
}

/** UTF-8; a byte that is none becomes a lone surrogate, 0xdc00 above it, so that it is not lost and can be refused. */
function decodeBytes(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  if (!text.includes('\ufffd')) return text
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const characterAt = (at: number): string | undefined => {
    for (let length = 1; length <= 4; length++)
      try {
        return strict.decode(bytes.subarray(at, at + length))
      } catch {
        // Too short, or not a character at all.
      }
    return undefined
  }
  let decoded = ''
  for (let at = 0; at < bytes.length; ) {
    const character = characterAt(at)
    decoded += character ?? String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
    at += character === undefined ? 1 : new TextEncoder().encode(character).length
  }
  return decoded
}

export const isWellFormed = (text: string): boolean => !/[\ud800-\udfff]/u.test(text)

const escapeNames = new Map([...namedEscapes].filter(([name]) => name !== "'").map(([name, code]) => [code, name]))

/** A double-quoted literal of any text. */
export function quote(text: string): string {
  let body = ''
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    const name = escapeNames.get(code)
    if (name !== undefined) body += `\\${name}`
    else if (code >= 0xdc80 && code <= 0xdcff) body += `\\x${(code - 0xdc00).toString(16)}`
    else if (code < 32 || code === 127) body += `\\x${code.toString(16).padStart(2, '0')}`
    else body += character
  }
  return `"${body}"`
}

/** A character for an error sentence: `'*'`. */
export function quoteCharacter(character: string): string {
  if (character === "'") return "'\\''"
  if (character === '"') return "'\"'"
  return `'${quote(character).slice(1, -1)}'`
}

/** Names that need no quotes in braces and grouping. */
export const isPlainLabelName = (name: string): boolean => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)
export const isPlainMetricName = (name: string): boolean => /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)
