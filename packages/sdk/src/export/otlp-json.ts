import { type EntrySchema, type MessageName, otlpMessages, wireType } from '@wakeline/protocol'
import type { Signal } from './exporter.ts'
import type { PartialSuccess } from './partial-success.ts'

/** A value of OTLP/JSON: ids in hex, 64-bit numbers as text, bytes in base64. */
export type Json = string | number | boolean | Json[] | { [key: string]: Json }
export type JsonMessage = { [key: string]: Json }

const requests = { traces: 'TracesRequest', logs: 'LogsRequest', metrics: 'MetricsRequest' } as const

/** One request of ours as OTLP/JSON. */
export function otlpToJson(signal: Signal, body: Buffer): Buffer {
  return Buffer.from(JSON.stringify(readRequest(signal, body)))
}

export function readRequest(signal: Signal, body: Buffer): JsonMessage {
  return readMessage(body, requests[signal])
}

interface Entry {
  readonly name: string
  readonly schema: EntrySchema
}

const entriesByNumber = new Map<MessageName, Map<number, Entry>>()

function entriesOf(message: MessageName): Map<number, Entry> {
  const known = entriesByNumber.get(message)
  if (known !== undefined) return known
  const made = new Map(
    Object.entries(otlpMessages[message]).map(([name, schema]) => [schema.number, { name, schema }] as const),
  )
  entriesByNumber.set(message, made)
  return made
}

/** Protobuf by the table of OTLP's messages. These are bytes this SDK has written: one it did not is a bug. */
function readMessage(body: Buffer, message: MessageName): JsonMessage {
  const entries = entriesOf(message)
  const result: JsonMessage = {}
  const reader = new Reader(body)
  while (reader.at < body.length) {
    const key = Number(reader.varint())
    const entry = entries.get(key >>> 3)
    const wire = key & 7
    if (entry === undefined) {
      reader.skip(wire)
      continue
    }
    const { name, schema } = entry
    const values = isPacked(schema, wire) ? reader.packed(schema) : [reader.value(schema, wire)]
    if (!schema.isRepeated) result[name] = values[0] ?? 0
    else {
      const list = result[name]
      if (Array.isArray(list)) list.push(...values)
      else result[name] = values
    }
  }
  return result
}

function isPacked(schema: EntrySchema, wire: number): boolean {
  return schema.isRepeated && wire === wireType.bytes && !['message', 'text', 'bytes'].includes(schema.kind)
}

class Reader {
  at = 0
  private readonly body: Buffer

  constructor(body: Buffer) {
    this.body = body
  }

  varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.body[this.at++]
      if (byte === undefined) throw new Error(`Cannot read the batch: a number goes over its end, ${this.body.length}`)
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }

  bytes(): Buffer {
    const length = Number(this.varint())
    const found = this.body.subarray(this.at, this.at + length)
    this.at += length
    return found
  }

  packed(schema: EntrySchema): Json[] {
    const inner = new Reader(this.bytes())
    const wire = ['fixed64', 'sfixed64', 'double'].includes(schema.kind) ? wireType.fixed64 : wireType.varint
    const values: Json[] = []
    while (inner.at < inner.body.length) values.push(inner.value(schema, wire))
    return values
  }

  value(schema: EntrySchema, wire: number): Json {
    if (wire === wireType.varint) return ofVarint(schema.kind, this.varint())
    if (wire === wireType.bytes) return ofBytes(schema, this.bytes())
    const start = this.at
    this.at += wire === wireType.fixed64 ? 8 : 4
    if (wire !== wireType.fixed64) return this.body.readUInt32LE(start)
    if (schema.kind === 'double') return ofDouble(this.body.readDoubleLE(start))
    const number = schema.kind === 'sfixed64' ? this.body.readBigInt64LE(start) : this.body.readBigUInt64LE(start)
    return String(number)
  }

  skip(wire: number): void {
    if (wire === wireType.varint) this.varint()
    else if (wire === wireType.bytes) this.bytes()
    else this.at += wire === wireType.fixed64 ? 8 : 4
  }
}

/** As proto3 JSON writes what JSON has no number for. */
function ofDouble(value: number): Json {
  return Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}

function ofVarint(kind: EntrySchema['kind'], value: bigint): Json {
  if (kind === 'bool') return value !== 0n
  if (kind === 'int64') return String(BigInt.asIntN(64, value))
  if (kind === 'uint64') return String(value)
  if (kind === 'sint32') return Number((value >> 1n) ^ -(value & 1n))
  return Number(value)
}

function ofBytes(schema: EntrySchema, bytes: Buffer): Json {
  if (schema.kind === 'message') return readMessage(bytes, schema.message)
  if (schema.kind === 'text') return bytes.toString('utf8')
  return bytes.toString(schema.kind === 'bytes' ? 'base64' : 'hex')
}

/** What a backend says in JSON of what it did not take. */
export function readJsonPartialSuccess(answer: Buffer): PartialSuccess {
  try {
    const { partialSuccess = {} } = JSON.parse(answer.toString('utf8') || '{}') as { partialSuccess?: JsonMessage }
    const counts = ['rejectedSpans', 'rejectedLogRecords', 'rejectedDataPoints'].map((name) => partialSuccess[name])
    const why = partialSuccess['errorMessage']
    return { rejected: Number(counts.find(Boolean) ?? 0), why: typeof why === 'string' ? why.slice(0, 300) : '' }
  } catch {
    // An answer that is not JSON: accepted all the same, by its status.
    return { rejected: 0, why: '' }
  }
}

/** The attributes of a message as a plain object: arrays and maps too, 64-bit integers as text. */
export function attributesOf(message: Json | undefined): Record<string, unknown> {
  const list = listOf(message, 'attributes')
  return Object.fromEntries(list.map((pair) => [textOf(pair, 'key'), plainOf(partOf(pair, 'value'))]))
}

export function plainOf(any: JsonMessage | undefined): unknown {
  const [kind, value] = Object.entries(any ?? {})[0] ?? []
  if (kind === 'arrayValue') return listOf(value, 'values').map(plainOf)
  if (kind === 'kvlistValue')
    return Object.fromEntries(
      listOf(value, 'values').map((pair) => [textOf(pair, 'key'), plainOf(partOf(pair, 'value'))]),
    )
  return kind === undefined ? null : value
}

function isMessage(value: Json | undefined): value is JsonMessage {
  return typeof value === 'object' && !Array.isArray(value)
}

export function listOf(message: Json | undefined, name: string): JsonMessage[] {
  const list = isMessage(message) ? message[name] : undefined
  return Array.isArray(list) ? list.filter(isMessage) : []
}

export function partOf(message: Json | undefined, name: string): JsonMessage | undefined {
  const part = isMessage(message) ? message[name] : undefined
  return isMessage(part) ? part : undefined
}

export function textOf(message: Json | undefined, name: string): string {
  const text = isMessage(message) ? message[name] : undefined
  return text === undefined ? '' : String(text)
}
