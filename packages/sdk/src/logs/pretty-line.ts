import type { AttributeEncoding } from '../encode/attributes.ts'
import { redacted } from '../encode/keys.ts'
import { type Plain, plainValue } from '../encode/plain-value.ts'
import type { LogRecord } from './log-record.ts'

const colors = new Map([
  ['trace', 90],
  ['debug', 36],
  ['info', 32],
  ['warn', 33],
  ['error', 31],
  ['fatal', 35],
])

/**
 * For people, on a terminal:
 *
 *     15:44:57.123 INFO  order paid orderId=42 trace=4bf92f35
 */
export function prettyLine(record: LogRecord, how: AttributeEncoding): string {
  const time = new Date(record.unixMs)
  const clock = `${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}.${String(time.getMilliseconds()).padStart(3, '0')}`
  const level = paint(colors.get(record.level.name) ?? 39, record.level.name.toUpperCase().padEnd(5))
  const name = record.loggerName === '' ? '' : ` ${paint(90, `[${record.loggerName}]`)}`
  let line = `${paint(90, clock)} ${level}${name} ${visible(record.message)}`
  for (const attributes of [record.bound?.attributes, record.attributes]) {
    if (attributes === undefined) continue
    for (const [key, value] of prettyEntries(attributes, how)) line += ` ${paint(90, `${visible(key)}=`)}${value}`
  }
  if (record.span !== undefined) line += paint(90, ` trace=${record.span.traceId.slice(0, 8)}`)
  if (record.error !== undefined) line += `\n${prettyError(record.error, how)}`
  return `${line}\n`
}

function* prettyEntries(attributes: object, how: AttributeEncoding): Generator<[string, string]> {
  for (const name in attributes) {
    let value: unknown
    try {
      value = Reflect.get(attributes, name)
    } catch {
      value = '[cannot be read]'
    }
    if (value === undefined) continue
    const plain: Plain = how.keys.of(name).secret ? redacted : plainValue(value, how.keys, how.limits)
    yield [name, typeof plain === 'string' && /^[^\s"=]+$/.test(plain) ? visible(plain) : JSON.stringify(plain)]
  }
}

function prettyError(error: Error, how: AttributeEncoding): string {
  const plain = plainValue(error, how.keys, how.limits)
  const isGroup = typeof plain === 'object' && plain !== null && !Array.isArray(plain) && !(plain instanceof Uint8Array)
  const stack = isGroup ? (plain['stack'] ?? plain['message']) : plain
  const cause = isGroup && plain['cause'] !== undefined ? `\n    caused by ${JSON.stringify(plain['cause'])}` : ''
  return `    ${visible(String(stack)).replaceAll('\n', '\n    ')}${cause}`
}

/** A logged string must not move the cursor or change colours: escape sequences are shown, not obeyed. */
function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

function paint(color: number, text: string): string {
  return `\u001b[${color}m${text}\u001b[39m`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
