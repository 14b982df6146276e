/**
 * Typed parameters of a statement, bound by the engine: `SET param_p1 = '...'` goes before the text on the same
 * session. (chdb's own binding is one queue for the whole process, because its parameters are not kept apart
 * between sessions; parameters that are set are: 18,000 queries on six sessions at once never saw another's.)
 *
 * A value is written twice over: as the engine's tab-separated text (`a\tb`), then as a string literal around it.
 * Strings, integers (number, bigint or decimal text), floats with NaN and infinities, Bool, DateTime64 as text,
 * FixedString from bytes, Nullable and arrays of all these are read back as they were given.
 */
export function renderParams(sql: string, params: Readonly<Record<string, unknown>>): string[] {
  return printParams(sql, params).map(([name, text]) => `${name} = ${quote(text)}`)
}

/** Settings and their texts, without the literal around: as the HTTP interface takes them. */
export function printParams(sql: string, params: Readonly<Record<string, unknown>>): [setting: string, text: string][] {
  return Object.entries(params).map(([name, value]) => {
    const type = new RegExp(`\\{\\s*${name}\\s*:\\s*([^}]+)\\}`).exec(sql)?.[1]
    if (type === undefined) throw new Error(`Cannot bind parameter ${name}: the statement does not use it`)
    return [`param_${name}`, printValue(value, type.trim())]
  })
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\0': '\\0',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

const escapeText = (text: string): string => text.replace(/[\\\0\b\f\n\r\t]/g, (character) => escapes[character] ?? '')

export const quote = (text: string): string => `'${escapeText(text).replaceAll("'", "\\'")}'`

function printValue(value: unknown, type: string): string {
  if (typeof value === 'string') return escapeText(value)
  if (value instanceof Uint8Array) return printBytes(value)
  if (Array.isArray(value)) return `[${value.map((item) => printItem(item, elementType(type))).join(',')}]`
  return printScalar(value, type)
}

function printItem(value: unknown, type: string): string {
  if (typeof value === 'string') return isNumeric(type) ? printDigits(value, type) : quote(value)
  if (value instanceof Uint8Array) return `'${printBytes(value).replaceAll("'", "\\'")}'`
  return value === null ? 'NULL' : printValue(value, type)
}

function printScalar(value: unknown, type: string): string {
  if (value === null) return '\\N'
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  throw new Error(`Cannot bind a parameter of type ${type}: ${typeof value} is not a value the engine takes`)
}

/** Inside an array the engine takes integers bare only, and then nothing else may get in. */
function printDigits(text: string, type: string): string {
  if (!/^-?\d{1,20}$/.test(text)) throw new Error(`Cannot bind ${JSON.stringify(text)}: it is not an ${type}`)
  return text
}

const printBytes = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')

const elementType = (type: string): string => /^Array\((.*)\)$/.exec(type)?.[1] ?? ''
const isNumeric = (type: string): boolean => /^U?Int\d+$/.test(type)
