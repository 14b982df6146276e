import type { AttributeEncoding } from '../encode/attributes.ts'
import { type Key, redacted } from '../encode/keys.ts'
import { cutString, plainValue } from '../encode/plain-value.ts'
import type { Attributes } from '../public.ts'
import type { LogRecord, ReadyAttributes } from './log-record.ts'

/**
 * One line of JSON for one record:
 *
 *     {"time":"2026-11-22T15:44:57.123Z","level":"info","msg":"order paid","trace_id":"…","span_id":"…","orderId":42}
 */
export class JsonLines {
  private readonly how: AttributeEncoding
  private second = -1
  private secondText = ''

  constructor(how: AttributeEncoding) {
    this.how = how
  }

  line(record: LogRecord): string {
    let line = `{"time":"${this.time(record.unixMs)}","level":"${record.level.name}"`
    if (record.loggerName !== '') line += `,"logger":${jsonString(record.loggerName)}`
    line += `,"msg":${jsonString(record.message)}`
    const span = record.span
    if (span !== undefined) line += `,"trace_id":"${span.traceId}","span_id":"${span.spanId}"`
    if (record.bound !== undefined) line += record.bound.json
    if (record.ready !== undefined) line += readyMembers(record.ready, this.how)
    else if (record.attributes !== undefined) line += jsonMembers(record.attributes, this.how)
    if (record.error !== undefined)
      line += `,"error":${JSON.stringify(plainValue(record.error, this.how.keys, this.how.limits))}`
    return `${line}}\n`
  }

  /** ISO 8601 with milliseconds; the text of a second is made once. */
  private time(unixMs: number): string {
    const second = Math.floor(unixMs / 1000)
    if (second !== this.second) {
      this.second = second
      this.secondText = new Date(second * 1000).toISOString().slice(0, 20)
    }
    const ms = Math.floor(unixMs - second * 1000)
    return `${this.secondText}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`
  }
}

/** `,"key":value` for each attribute. */
export function jsonMembers(attributes: object, how: AttributeEncoding): string {
  let text = ''
  const own: Attributes = Object(attributes)
  for (const name in own) {
    let value: unknown
    try {
      value = own[name]
    } catch {
      value = '[cannot be read]'
    }
    if (value === undefined) continue
    const key = how.keys.of(name)
    text += key.json + jsonValue(value, key, how)
  }
  return text
}

function readyMembers({ keys, values }: ReadyAttributes, how: AttributeEncoding): string {
  let text = ''
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]
    const value = values[i]
    if (key !== undefined && value !== undefined) text += key.json + jsonValue(value, key, how)
  }
  return text
}

function jsonValue(value: unknown, key: Key, how: AttributeEncoding): string {
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (value === null) return 'null'
  if (key.secret) return `"${redacted}"`
  if (typeof value === 'string') return jsonString(cutString(value, how.limits.stringMax))
  if (typeof value === 'number' && Number.isFinite(value)) return `${value}`
  return JSON.stringify(plainValue(value, how.keys, how.limits))
}

/** Most strings need no escape; looking is cheaper than JSON.stringify for short ones. */
function jsonString(text: string): string {
  const length = text.length
  if (length > 64) return JSON.stringify(text)
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code < 32 || code === 34 || code === 92 || code >= 0xd800) return JSON.stringify(text)
  }
  return `"${text}"`
}
