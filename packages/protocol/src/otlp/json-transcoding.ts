import { WireWriter } from '../wire/wire-writer.ts'
import { expectationOf, writeScalar } from './json-scalars.ts'
import { type EntrySchema, type MessageName, messages } from './schema.ts'

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

/**
 * Turns a message of OTLP/JSON into protobuf, driven by the table of messages. `writer` has the bytes; a record that made
 * no sense is taken back and counted, what made no sense elsewhere stands in `fault`.
 */
export class JsonTranscoding {
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

  /** The same of a request, with a step behind each of its records, so that one who reads many can let others have their turn. */
  *messageInSteps(name: MessageName, json: Record<string, unknown>): Generator<void, void> {
    const schema = entriesByName[name]
    for (const [key, value] of Object.entries(json)) {
      const entry = schema.get(key)
      if (entry === undefined || value === null || value === undefined) continue
      this.#path.push(key)
      if (!entry.isRepeated) this.#entry(entry, value)
      else if (entry.kind === 'message' && Array.isArray(value)) yield* this.#listInSteps(entry, value)
      else this.#list(entry, value)
      this.#path.pop()
      if (this.fault !== '') return
    }
  }

  *#listInSteps(entry: EntrySchema & { kind: 'message' }, list: readonly unknown[]): Generator<void, void> {
    for (let index = 0; index < list.length && this.fault === ''; index += 1) {
      const json = list[index]
      this.#path.push(index)
      if (records.has(entry.message) || !isJsonObject(json)) this.#entry(entry, json)
      else {
        this.#depth += 1
        const mark = this.writer.begin(entry.number)
        yield* this.messageInSteps(entry.message, json)
        this.#depth -= 1
        if (this.fault === '') this.writer.end(mark)
      }
      this.#path.pop()
      yield
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
    if (!isJsonObject(json)) this.#fail('an object', json)
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
    this.fault = `${this.#where()}: expected ${expected}, got ${shownJson(json)}`
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
  if (!isJsonObject(json)) return 1
  const lists = Object.values(json).map((data) =>
    isJsonObject(data) ? (data['dataPoints'] ?? data['data_points']) : undefined,
  )
  return Math.max(1, ...lists.map((list) => (Array.isArray(list) ? list.length : 0)))
}

/** Both spellings of every name. A Map, so that a key `__proto__` or `constructor` finds nothing. */
const entriesByName: Readonly<Record<MessageName, ReadonlyMap<string, EntrySchema>>> = mapValues((message) => {
  const names = new Map<string, EntrySchema>()
  for (const [name, entry] of Object.entries(messages[message])) {
    names.set(name, entry)
    names.set(
      name.replace(/[A-Z]/g, (upper) => `_${upper.toLowerCase()}`),
      entry,
    )
  }
  return names
})

function mapValues<Value>(make: (message: MessageName) => Value): Record<MessageName, Value> {
  const names = Object.keys(messages) as MessageName[]
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<MessageName, Value>
}

export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value as it is shown in a sentence: short. */
export function shownJson(json: unknown): string {
  if (Array.isArray(json)) return 'a list'
  if (typeof json === 'object' && json !== null) return 'an object'
  const text = JSON.stringify(json) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
