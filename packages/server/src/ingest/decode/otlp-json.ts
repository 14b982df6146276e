import { type EntrySchema, type MessageName, otlpMessages, WireWriter } from '@wakeline/protocol'
import type { Refused } from './decode.ts'
import { expectationOf, writeScalar } from './json-scalars.ts'

/**
 * OTLP/JSON to the same request in protobuf, so that one decoder serves both. Driven by the table of messages in
 * `protocol`: names in lowerCamelCase or snake_case, the unknown ones left out, `null` the same as absent.
 *
 * What makes no sense inside a record (a span, a log record, a metric or one of its points) rejects that record;
 * anywhere else it refuses the request. The sentence says where: `resourceSpans[0].scopeSpans[0].spans[3].traceId`.
 *
 * Text: a lone surrogate, which has no UTF-8, becomes U+FFFD, and so do bytes of the body that are not UTF-8;
 * NUL stays what it is.
 */
export type Signal = 'traces' | 'logs' | 'metrics'

/** The same request as protobuf, without the records that made no sense; those are counted here. */
export type Transcoded = { protobuf: Uint8Array; rejected: number; reason: string }

const requests: Readonly<Record<Signal, { message: MessageName; list: string; listSnake: string }>> = {
  traces: { message: 'TracesRequest', list: 'resourceSpans', listSnake: 'resource_spans' },
  logs: { message: 'LogsRequest', list: 'resourceLogs', listSnake: 'resource_logs' },
  metrics: { message: 'MetricsRequest', list: 'resourceMetrics', listSnake: 'resource_metrics' },
}

/** Messages in messages. Enough for the deepest values a decoder keeps, and not enough to exhaust the stack. */
const depthMax = 512

const records: ReadonlySet<MessageName> = new Set([
  'Span',
  'LogRecord',
  'Metric',
  'NumberDataPoint',
  'HistogramDataPoint',
  'ExponentialHistogramDataPoint',
  'SummaryDataPoint',
])

export function otlpJsonToProtobuf(signal: Signal, body: Uint8Array): Transcoded | Refused {
  const { message, list, listSnake } = requests[signal]
  let json: unknown
  try {
    json = JSON.parse(quoteLongIntegers(new TextDecoder().decode(body)))
  } catch (error) {
    return {
      refused: `Cannot decode ${signal}: the body is not JSON: ${error instanceof Error ? error.message : error}`,
    }
  }
  if (!isObject(json)) return { refused: `Cannot decode ${signal}: expected an object, got ${shown(json)}` }
  if (!(list in json) && !(listSnake in json) && Object.keys(json).length > 0)
    return { refused: `Cannot decode ${signal}: the request has no ${list}` }
  const transcoding = new Transcoding()
  transcoding.message(message, json)
  if (transcoding.fault !== '') return { refused: `Cannot decode ${signal}: ${transcoding.fault}` }
  return { protobuf: transcoding.writer.take(), rejected: transcoding.rejected, reason: transcoding.reason }
}

/** JSON numbers lose bits beyond 2^53, and times in nanoseconds are beyond it: they are read as texts instead. */
function quoteLongIntegers(text: string): string {
  if (!/[\s[:,]-?\d{16,}/.test(text)) return text
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|(?<=[\s[:,])-?\d{16,}(?=[\s\],}])/g, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  )
}

class Transcoding {
  readonly writer = new WireWriter(16_384)
  readonly #path: (string | number)[] = []
  /** What is wrong, while the record or request that it is in is being left. */
  fault = ''
  rejected = 0
  reason = ''
  #depth = 0

  message(name: MessageName, json: Record<string, unknown>): void {
    const schema = entriesByName[name]
    for (const [key, value] of Object.entries(json)) {
      const entry = schema.get(key)
      if (entry === undefined || value === null || value === undefined) continue
      this.#path.push(key)
      if (entry.isRepeated) this.#list(entry, value)
      else this.#entry(entry, value)
      this.#path.pop()
      if (this.fault !== '') return
    }
  }

  #list(entry: EntrySchema, json: unknown): void {
    if (!Array.isArray(json)) {
      this.#fail('a list', json)
      return
    }
    for (let index = 0; index < json.length && this.fault === ''; index += 1) {
      this.#path.push(index)
      this.#entry(entry, json[index])
      this.#path.pop()
    }
  }

  #entry(entry: EntrySchema, json: unknown): void {
    if (entry.kind !== 'message') {
      if (!writeScalar(this.writer, entry, json)) this.#fail(expectationOf(entry), json)
      return
    }
    const start = this.writer.size
    if (!isObject(json)) this.#fail('an object', json)
    else if (this.#depth === depthMax) this.fault = `${this.#where()}: nested more than ${depthMax} deep`
    else {
      this.#depth += 1
      const mark = this.writer.begin(entry.number)
      this.message(entry.message, json)
      this.#depth -= 1
      if (this.fault === '') this.writer.end(mark)
    }
    if (this.fault !== '' && records.has(entry.message)) this.#reject(entry.message, json, start)
  }

  /** Takes back the bytes of a record and goes on behind it. */
  #reject(message: MessageName, json: unknown, start: number): void {
    if (this.rejected === 0) this.reason = `Cannot store a record: ${this.fault}`
    this.rejected += message === 'Metric' ? pointsOf(json) : 1
    this.fault = ''
    this.writer.size = start
  }

  #fail(expected: string, json: unknown): void {
    this.fault = `${this.#where()}: expected ${expected}, got ${shown(json)}`
  }

  #where(): string {
    return this.#path.reduce<string>((path, step) => {
      if (typeof step === 'number') return `${path}[${step}]`
      return path === '' ? step : `${path}.${step}`
    }, '')
  }
}

/** A metric that makes no sense costs its points, or one where it has none. */
function pointsOf(json: unknown): number {
  if (!isObject(json)) return 1
  const lists = Object.values(json).map((data) =>
    isObject(data) ? (data['dataPoints'] ?? data['data_points']) : undefined,
  )
  return Math.max(1, ...lists.map((list) => (Array.isArray(list) ? list.length : 0)))
}

/** Both spellings of every name. A Map, so that a key `__proto__` or `constructor` finds nothing. */
const entriesByName: Readonly<Record<MessageName, ReadonlyMap<string, EntrySchema>>> = mapValues((message) => {
  const names = new Map<string, EntrySchema>()
  for (const [name, entry] of Object.entries(otlpMessages[message])) {
    names.set(name, entry)
    names.set(
      name.replace(/[A-Z]/g, (upper) => `_${upper.toLowerCase()}`),
      entry,
    )
  }
  return names
})

function mapValues<Value>(make: (message: MessageName) => Value): Record<MessageName, Value> {
  const names = Object.keys(otlpMessages) as MessageName[]
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<MessageName, Value>
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value as it is shown in a sentence: short. */
function shown(json: unknown): string {
  if (Array.isArray(json)) return 'a list'
  if (typeof json === 'object' && json !== null) return 'an object'
  const text = JSON.stringify(json) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
