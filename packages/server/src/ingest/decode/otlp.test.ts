import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { otlp, WireWriter } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import {
  arrivalMs,
  decodeLimits,
  decoders,
  openBlocks,
  rowsOf,
} from '../../../../../conformance/otlp/decode-request.ts'
import { atOnce } from '../in-turns.ts'
import type { DecodeLimits } from './decode.ts'
import type { OpenBlocks } from './open-blocks.ts'
import type { Signal } from './otlp-json.ts'
import { otlpJsonToProtobuf } from './otlp-json.ts'

const { span, anyValue, keyValue, logRecord } = otlp
type Build = (writer: WireWriter) => void

const nested =
  (number: number, build: Build): Build =>
  (writer) => {
    const mark = writer.begin(number)
    build(writer)
    writer.end(mark)
  }
const all =
  (...builds: Build[]): Build =>
  (writer) => {
    for (const build of builds) build(writer)
  }
const bytes =
  (number: number, hex: string): Build =>
  (writer) =>
    writer.bytesEntry(number, Buffer.from(hex, 'hex'))
const text =
  (number: number, value: string): Build =>
  (writer) =>
    writer.textEntry(number, value)
const nano =
  (number: number, value: bigint): Build =>
  (writer) =>
    writer.fixed64Entry(number, value)
const attribute = (number: number, key: string, value: Build): Build =>
  nested(number, all(text(keyValue.key, key), nested(keyValue.value, value)))

const intOf =
  (value: number): Build =>
  (writer) =>
    writer.varintEntry(anyValue.intValue, value)

/** A request with one resource and one scope around the records. */
const request = (...records: Build[]): Uint8Array => {
  const writer = new WireWriter()
  nested(1, all(nested(1, attribute(1, 'service.name', text(1, 'shop'))), nested(2, all(...records))))(writer)
  return writer.take()
}
const ids = all(bytes(span.traceId, '01'.repeat(16)), bytes(span.spanId, '02'.repeat(8)))
const time = all(
  nano(span.startTimeUnixNano, 1_700_000_000_000_000_000n),
  nano(span.endTimeUnixNano, 1_700_000_000_000_000_500n),
)
const spanOf = (...builds: Build[]): Build => nested(2, all(...builds))
const goodSpan = spanOf(ids, time, text(span.name, 'good'))

function decode(
  signal: Signal,
  body: Uint8Array,
  limits: Partial<DecodeLimits> = {},
  blocks: OpenBlocks = openBlocks(),
) {
  const outcome = decoders[signal](body, { blocks, nowUnixMs: arrivalMs, limits: { ...decodeLimits, ...limits } })
  return { outcome, rows: rowsOf(blocks.take()) }
}

const wrongWireType: Build = (writer) => writer.varintEntry(span.name, 5)
const deep = (levels: number): Build => {
  // Built from the inside, for a recursive builder would itself run out of stack.
  let inner = new Uint8Array()
  for (let level = 0; level < levels; level += 1) {
    const writer = new WireWriter(inner.length + 32)
    const array = writer.begin(anyValue.arrayValue)
    writer.bytesEntry(1, inner)
    writer.end(array)
    inner = new Uint8Array(writer.take())
  }
  return nested(
    span.attributes,
    all(text(1, 'deep'), (writer) => writer.bytesEntry(2, inner)),
  )
}

test.each<[string, Build, string]>([
  [
    'a short trace id',
    spanOf(bytes(span.traceId, '0102'), bytes(span.spanId, '02'.repeat(8)), time),
    'its trace id has 2 bytes instead of 16',
  ],
  [
    'a trace id of zeros',
    spanOf(bytes(span.traceId, '00'.repeat(16)), bytes(span.spanId, '02'.repeat(8))),
    'its trace id is all zeros',
  ],
  ['no ids', spanOf(time), 'its trace id has 0 bytes instead of 16'],
  [
    'a long span id',
    spanOf(bytes(span.traceId, '01'.repeat(16)), bytes(span.spanId, '02'.repeat(9))),
    'its span id has 9 bytes instead of 8',
  ],
  ['a short parent', spanOf(ids, bytes(span.parentSpanId, '0102')), 'its parent span id has 2 bytes instead of 8'],
  ['a link without ids', spanOf(ids, nested(span.links, all())), 'its trace id of a link has 0 bytes instead of 16'],
  [
    'the year 2200',
    spanOf(ids, nano(span.startTimeUnixNano, 7_258_118_400_000_000_000n)),
    'is not before the year 2200',
  ],
  ['a time before 1970', spanOf(ids, nano(span.startTimeUnixNano, -1n)), 'is not before the year 2200'],
  ['a late event', spanOf(ids, nested(span.events, nano(1, 2n ** 63n))), 'is not before the year 2200'],
  ['a wrong wire type', spanOf(ids, wrongWireType), 'field 5 has the wrong wire type (varint)'],
  [
    'a wrong wire type in an attribute',
    spanOf(ids, nested(span.attributes, bytes(0x2, '08'))),
    'field 1 has the wrong wire type (varint)',
  ],
  [
    'a length beyond its message',
    spanOf(ids, bytes(span.attributes, '0a20')),
    'a value goes beyond the end of its message',
  ],
  ['10,000 nested values', spanOf(ids, deep(10_000)), 'a value is nested more than 32 deep'],
])('a span with %s is rejected alone', (_name, bad, reason) => {
  const { outcome, rows } = decode('traces', request(goodSpan, bad, goodSpan, bad))
  expect(outcome).toMatchObject({ accepted: 2, rejected: 2 })
  expect('reason' in outcome && outcome.reason).toContain('Cannot store a span: ')
  expect('reason' in outcome && outcome.reason).toContain(reason)
  expect(rows.spans?.map((row) => row['name'])).toEqual(['good', 'good'])
})

test('nothing of a rejected record stays in any column', () => {
  const spoiled = spanOf(
    ids,
    attribute(span.attributes, 'left', text(1, 'behind')),
    nested(span.events, all(text(2, 'event'), attribute(3, 'left', text(1, 'behind')))),
    nested(span.links, all(bytes(1, '01'.repeat(16)), bytes(2, '02'.repeat(8)), text(3, 'left'))),
    wrongWireType,
  )
  const clean = decode('traces', request(goodSpan, goodSpan))
  const spoilt = decode('traces', request(spoiled, goodSpan, spoiled, spoiled, goodSpan, spoiled))
  expect(spoilt.rows).toEqual(clean.rows)
})

const sample = (signal: Signal): Uint8Array => {
  const attributes = [{ key: 'a', value: { arrayValue: { values: [{ stringValue: 'b' }, { intValue: 300 }] } } }]
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
  const scope = { name: 'lib', version: '1' }
  const json = {
    traces: {
      resourceSpans: [
        {
          resource,
          scopeSpans: [
            {
              scope,
              spans: [
                { traceId: '01'.repeat(16), spanId: '02'.repeat(8), name: 'x', attributes, events: [{ name: 'e' }] },
              ],
            },
          ],
        },
      ],
    },
    logs: {
      resourceLogs: [
        { resource, scopeLogs: [{ scope, logRecords: [{ body: { stringValue: 'hello' }, attributes }] }] },
      ],
    },
    metrics: {
      resourceMetrics: [
        {
          resource,
          scopeMetrics: [
            {
              scope,
              metrics: [
                {
                  name: 'm',
                  sum: { isMonotonic: true, dataPoints: [{ asInt: 5, attributes, exemplars: [{ asDouble: 1 }] }] },
                },
                {
                  name: 'h',
                  histogram: { dataPoints: [{ count: 3, sum: 2, bucketCounts: [1, 2], explicitBounds: [1] }] },
                },
                {
                  name: 'e',
                  exponentialHistogram: { dataPoints: [{ count: 3, positive: { offset: 1, bucketCounts: [1, 2] } }] },
                },
                { name: 's', summary: { dataPoints: [{ count: 3, quantileValues: [{ quantile: 0.5, value: 2 }] }] } },
              ],
            },
          ],
        },
      ],
    },
  }
  const transcoded = atOnce(otlpJsonToProtobuf(signal, Buffer.from(JSON.stringify(json[signal]))))
  if ('refused' in transcoded) throw new Error(transcoded.refused)
  return transcoded.protobuf
}

test.each<Signal>(['traces', 'logs', 'metrics'])(
  '%s cut at any byte are refused, and nothing of them stays',
  (signal) => {
    const body = sample(signal)
    const blocks = openBlocks()
    const target = { blocks, nowUnixMs: arrivalMs, limits: decodeLimits }
    for (let length = 1; length < body.length; length += 1) {
      const outcome = decoders[signal](body.subarray(0, length), target)
      expect(outcome, `${length} bytes`).toHaveProperty(
        'refused',
        expect.stringMatching(/^Cannot decode \w+: .+ \(byte \d+\)$/),
      )
      expect(blocks.rows).toBe(0)
    }
    expect(decoders[signal](body, target)).toMatchObject({ rejected: 0 })
    expect(rowsOf(blocks.take()).resources).toHaveLength(1)
  },
)

test.each<Signal>(['traces', 'logs', 'metrics'])(
  '%s with any byte changed make no exception and no unreadable block',
  (signal) => {
    const body = sample(signal)
    const blocks = openBlocks()
    for (let at = 0; at < body.length; at += 1)
      for (const flip of [0x01, 0x04, 0x80, 0xff]) {
        const changed = Uint8Array.from(body)
        changed[at] = body[at]! ^ flip
        expect(() => decode(signal, changed, {}, blocks), `byte ${at} xor ${flip}`).not.toThrow()
      }
  },
)

test.each([
  ['text', Buffer.from('this is not protobuf at all')],
  ['JSON', Buffer.from('{"resourceSpans":[]}')],
  ['a number in place of a message', Buffer.from('0801', 'hex')],
  ['unknown entries only', Buffer.from('5801', 'hex')],
  ['a resource of a wrong wire type', Buffer.from('0a020801', 'hex')],
])('a body that is %s is refused with a sentence', (_name, body) => {
  expect(decode('traces', body).outcome).toHaveProperty(
    'refused',
    expect.stringMatching(/^Cannot decode traces: .+ \(byte \d+\)$/),
  )
})

test('a request that is empty, or has only empty entries, is accepted', () => {
  for (const hex of ['', '0a00', '0a021200']) {
    expect(decode('logs', Buffer.from(hex, 'hex')).outcome).toEqual({ accepted: 0, rejected: 0, reason: '' })
  }
})

test('attributes beyond the limit are dropped and counted', () => {
  const many: Build = (writer) => {
    for (let i = 0; i < 100_000; i += 1) attribute(span.attributes, `key-${i}`, text(1, 'v'))(writer)
  }
  const { outcome, rows } = decode('traces', request(spanOf(ids, time, many), goodSpan), { attributesMax: 128 })
  expect(outcome).toMatchObject({ accepted: 2, rejected: 0 })
  expect(rows.spans?.[0]?.['attributes']).toHaveLength(128)
  expect(rows.spans?.map((row) => row['dropped_attributes'])).toEqual([99_872, 0])
})

test('a long value is cut at the end of a character, a long list after an element', () => {
  const values: Build = (writer) => {
    for (let i = 0; i < 9; i += 1) nested(1, text(anyValue.stringValue, 'abcdef'))(writer)
  }
  const long = spanOf(
    ids,
    attribute(span.attributes, 'text', text(anyValue.stringValue, 'é'.repeat(50))),
    attribute(span.attributes, 'list', nested(anyValue.arrayValue, values)),
    attribute(span.attributes, 'bytes', bytes(anyValue.bytesValue, 'ff'.repeat(200))),
  )
  const { rows } = decode('traces', request(long), { valueSizeMaxBytes: 69 })
  expect(rows.spans?.[0]?.['attributes']).toEqual([
    ['text', 'é'.repeat(34)],
    ['list', '{"values":[{"stringValue":"abcdef"},{"stringValue":"abcdef"}]}'],
    ['bytes', Buffer.alloc(51, 0xff).toString('base64')],
  ])
  expect(rows.spans?.[0]?.['attribute_types']).toBe('sax')
})

test.each<[string, Build[], Record<string, unknown>]>([
  ['no times', [], { ts: 1_760_000_000_123_000_000n, duration: 0n }],
  ['no start', [nano(span.endTimeUnixNano, 5n)], { ts: 5n, duration: 0n }],
  ['no end', [nano(span.startTimeUnixNano, 5n)], { ts: 5n, duration: 0n }],
  [
    'an end before its start',
    [nano(span.startTimeUnixNano, 2n ** 32n), nano(span.endTimeUnixNano, 7n)],
    { ts: 2n ** 32n, duration: 7n - 2n ** 32n },
  ],
])('a span with %s is kept', (_name, times, expected) => {
  expect(decode('traces', request(spanOf(ids, ...times))).rows.spans?.[0]).toMatchObject(expected)
})

test.each<[string, Build[], Record<string, unknown>]>([
  ['no times', [], { ts: 1_760_000_000_123_000_000n, observed_ts: 1_760_000_000_123_000_000n }],
  ['an observed time', [nano(logRecord.observedTimeUnixNano, 9n)], { ts: 9n, observed_ts: 9n }],
  ['a time', [nano(logRecord.timeUnixNano, 9n)], { ts: 9n, observed_ts: 1_760_000_000_123_000_000n }],
  ['no body', [], { body: '', body_type: 'n', trace_id: '00'.repeat(16) }],
  ['an int for a body', [nested(logRecord.body, intOf(5))], { body: '5', body_type: 'i' }],
])('a log record with %s is kept', (_name, builds, expected) => {
  expect(decode('logs', request(nested(2, all(...builds)))).rows.logs?.[0]).toMatchObject(expected)
})

test('a log record with an id of a wrong length is rejected alone', () => {
  const { outcome } = decode('logs', request(nested(2, bytes(logRecord.traceId, '01')), nested(2, text(3, 'INFO'))))
  expect(outcome).toMatchObject({
    accepted: 1,
    rejected: 1,
    reason: expect.stringContaining('its trace id has 1 bytes instead of 16'),
  })
})

test('a resource and a scope have one row a day, whatever the order of attributes', () => {
  const blocks = openBlocks()
  const a = attribute(1, 'a', text(1, '1'))
  const b = attribute(1, 'b', text(1, '2'))
  const bodies = [all(a, b), all(b, a), all(a, b)].map((attributes) => {
    const writer = new WireWriter()
    nested(1, all(nested(1, attributes), nested(2, goodSpan)))(writer)
    return writer.take()
  })
  for (const body of bodies) decoders.traces(body, { blocks, nowUnixMs: arrivalMs, limits: decodeLimits })
  const rows = rowsOf(blocks.take())
  expect(rows.resources).toHaveLength(1)
  expect(rows.scopes).toHaveLength(1)
  expect(new Set(rows.spans?.map((row) => row['resource_id']))).toEqual(new Set([rows.resources?.[0]?.['resource_id']]))
  for (const nowUnixMs of [arrivalMs, arrivalMs + 86_400_000])
    decoders.traces(bodies[0] ?? new Uint8Array(), { blocks, nowUnixMs, limits: decodeLimits })
  expect(rowsOf(blocks.take()).resources).toHaveLength(1)
  blocks.forgetKnown()
  decoders.traces(bodies[0] ?? new Uint8Array(), { blocks, nowUnixMs: arrivalMs, limits: decodeLimits })
  expect(rowsOf(blocks.take()).resources).toHaveLength(1)
})

test('ids of the same input never change, because they are stored', () => {
  const { rows } = decode('traces', request(goodSpan))
  expect(rows.spans?.[0]).toMatchObject({
    resource_id: 9_425_686_946_592_491_126n,
    scope_id: 5_906_854_101_707_519_299n,
    service: 'shop',
  })
})

test('bytes that are not UTF-8, NUL and hostile strings come back as they were sent', () => {
  const invalid = Buffer.from('c328a0ff00fe', 'hex')
  const hostile = [...naughtyStrings(), 'nul\0nul', '\u{1F600}']
  const attributes = hostile.map((value) => attribute(span.attributes, value, text(anyValue.stringValue, value)))
  const raw = nested(
    span.attributes,
    all(bytes(1, invalid.toString('hex')), nested(2, bytes(anyValue.stringValue, invalid.toString('hex')))),
  )
  const { outcome, rows } = decode('traces', request(spanOf(ids, ...attributes, raw), goodSpan))
  expect(outcome).toMatchObject({ accepted: 2, rejected: 0 })
  const pairs = hostile.map((value) => [value, value])
  expect(rows.spans?.[0]?.['attributes']).toEqual([...pairs, [invalid.toString('utf8'), invalid.toString('utf8')]])
})

/** From outside of the repository, where it is there. */
function naughtyStrings(): string[] {
  const path = join(import.meta.dirname, '../../../../../../shared/data/robustness/blns.base64.json')
  try {
    const strings: string[] = JSON.parse(readFileSync(path, 'utf8'))
    return strings.map((string) => Buffer.from(string, 'base64').toString('utf8'))
  } catch {
    return ['<script>alert(1)</script>', "'; DROP TABLE spans; --", '\u202etest', '﷽']
  }
}
