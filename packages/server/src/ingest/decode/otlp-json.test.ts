import { expect, test } from 'vitest'
import { decodeJsonRequest } from '../../../../../conformance/otlp/decode-request.ts'
import { atOnce } from '../in-turns.ts'
import { otlpJsonToProtobuf, type Signal } from './otlp-json.ts'

const ids = { traceId: '5B8EFFF798038103D269B633813FC60C', spanId: 'EEE19B7EC3C1B174' }
const traces = (...spans: unknown[]): unknown => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
const gauge = (...dataPoints: unknown[]): unknown => ({
  resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints } }] }] }],
})
const decode = (signal: Signal, json: unknown) =>
  decodeJsonRequest(signal, Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)))

function rowsOfTable(signal: Signal, json: unknown, table: 'spans' | 'logs' | 'samples' | 'series') {
  const decoded = decode(signal, json)
  if ('refused' in decoded) throw new Error(decoded.refused)
  return decoded.rows[table]
}

test.each<[string, Signal, string, string]>([
  ['no JSON', 'traces', '{"resourceSpans": [', 'the body is not JSON: '],
  ['a list', 'logs', '[]', 'expected an object, got a list'],
  ['another signal', 'traces', '{"resourceLogs":[]}', 'the request has no resourceSpans'],
  ['an object for a list', 'traces', '{"resourceSpans":{}}', 'resourceSpans: expected a list, got an object'],
  [
    'a number for a resource',
    'logs',
    '{"resourceLogs":[{"resource":5}]}',
    'resourceLogs[0].resource: expected an object, got 5',
  ],
  [
    'a wrong attribute of a resource',
    'logs',
    '{"resourceLogs":[{"resource":{"attributes":[{"key":5}]}}]}',
    'resourceLogs[0].resource.attributes[0].key: expected a string, got 5',
  ],
  [
    'a wrong scope',
    'metrics',
    '{"resourceMetrics":[{"scopeMetrics":[{"scope":"x"}]}]}',
    'resourceMetrics[0].scopeMetrics[0].scope: expected an object, got "x"',
  ],
])('a request with %s is refused', (_name, signal, body, reason) => {
  const decoded = decode(signal, body)
  expect('refused' in decoded && decoded.refused).toContain(`Cannot decode ${signal}: ${reason}`)
})

const at = 'resourceSpans[0].scopeSpans[0].spans[1]'
test.each<[unknown, string]>([
  [{ ...ids, traceId: 'xyz' }, `${at}.traceId: expected 32 hex digits, got "xyz"`],
  [{ ...ids, traceId: 5 }, `${at}.traceId: expected 32 hex digits, got 5`],
  [{ ...ids, spanId: `${ids.spanId}00` }, `${at}.spanId: expected 16 hex digits, got "EEE19B7EC3C1B17400"`],
  [{ ...ids, name: 7 }, `${at}.name: expected a string, got 7`],
  [{ ...ids, kind: 'SERVER' }, `${at}.kind: expected a number or a name of the enum, got "SERVER"`],
  [
    { ...ids, startTimeUnixNano: '1e-9' },
    `${at}.startTimeUnixNano: expected an integer of 64 bits that is not negative, got "1e-9"`,
  ],
  [
    { ...ids, startTimeUnixNano: '1e30' },
    `${at}.startTimeUnixNano: expected an integer of 64 bits that is not negative, got "1e30"`,
  ],
  [
    { ...ids, attributes: [{ key: 'a', value: { bytesValue: 'A' } }] },
    `${at}.attributes[0].value.bytesValue: expected bytes in base64, got "A"`,
  ],
  [
    { ...ids, attributes: [{ key: 'a', value: { doubleValue: '1e400' } }] },
    `${at}.attributes[0].value.doubleValue: expected a number, got "1e400"`,
  ],
  [
    { ...ids, startTimeUnixNano: -1 },
    `${at}.startTimeUnixNano: expected an integer of 64 bits that is not negative, got -1`,
  ],
  [
    { ...ids, droppedAttributesCount: 1.5 },
    `${at}.droppedAttributesCount: expected an integer from 0 to 4294967295, got 1.5`,
  ],
  [
    { ...ids, attributes: [{ key: 'a', value: { boolValue: 'true' } }] },
    `${at}.attributes[0].value.boolValue: expected true or false, got "true"`,
  ],
  [
    { ...ids, attributes: [{ key: 'a', value: { bytesValue: '??' } }] },
    `${at}.attributes[0].value.bytesValue: expected bytes in base64, got "??"`,
  ],
  [
    { ...ids, attributes: [{ key: 'a', value: { doubleValue: '' } }] },
    `${at}.attributes[0].value.doubleValue: expected a number, got ""`,
  ],
  [{ ...ids, attributes: {} }, `${at}.attributes: expected a list, got an object`],
  [{ ...ids, events: ['x'] }, `${at}.events[0]: expected an object, got "x"`],
  [{ ...ids, spanId: '' }, 'its span id has 0 bytes instead of 8'],
  ['span', `${at}: expected an object, got "span"`],
])('the span %j is rejected alone', (bad, reason) => {
  const decoded = decode('traces', traces(ids, bad, ids))
  if ('refused' in decoded) throw new Error(decoded.refused)
  expect(decoded.outcome).toMatchObject({ accepted: 2, rejected: 1 })
  expect(decoded.outcome.reason).toContain(reason)
})

test('a span nested 10,000 deep is rejected alone', () => {
  const value = `${'{"arrayValue":{"values":['.repeat(10_000)}{}${']}}'.repeat(10_000)}`
  const bad = JSON.stringify({ ...ids, attributes: [{ key: 'deep', value: 'DEEP' }] }).replace('"DEEP"', value)
  const body = JSON.stringify(traces(ids, 'BAD', ids)).replace('"BAD"', bad)
  expect(decode('traces', body)).toMatchObject({
    outcome: { accepted: 2, rejected: 1, reason: expect.stringContaining('nested more than 512 deep') },
  })
})

test('points are rejected alone, and all of a metric that makes no sense', () => {
  expect(decode('metrics', gauge({ asInt: 1 }, { asInt: 'x' }, { asDouble: 2 }))).toMatchObject({
    outcome: { accepted: 2, rejected: 1 },
  })
  const bad = { name: 5, gauge: { dataPoints: [{ asInt: 1 }, { asInt: 2 }] } }
  expect(decode('metrics', { resourceMetrics: [{ scopeMetrics: [{ metrics: [bad] }] }] })).toMatchObject({
    outcome: { accepted: 0, rejected: 2 },
  })
  expect(decode('metrics', gauge({ attributes: [] }))).toMatchObject({
    outcome: { accepted: 0, rejected: 1, reason: expect.stringContaining('it has no value') },
  })
})

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ['snake_case', { start_time_unix_nano: '5', end_time_unix_nano: '9' }, { ts: 5n, duration: 4n }],
  ['64-bit integers as numbers', { startTimeUnixNano: 5, endTimeUnixNano: 9 }, { ts: 5n, duration: 4n }],
  [
    'integers with an exponent or a point',
    { startTimeUnixNano: '1e3', endTimeUnixNano: '12500.0e-1' },
    { ts: 1000n, duration: 250n },
  ],
  ['names of enums', { kind: 'SPAN_KIND_SERVER', status: { code: 'STATUS_CODE_ERROR' } }, { kind: 2, status: 2 }],
  ['null for what is absent', { name: null, attributes: null, kind: null }, { name: '', kind: 0 }],
  ['unknown keys', { __proto__x: 1, constructor: { a: 1 }, toString: [] }, { name: '' }],
  ['lower-case ids', { parentSpanId: 'eee19b7ec3c1b173' }, { parent_span_id: 'eee19b7ec3c1b173' }],
  ['an empty parent', { parentSpanId: '' }, { parent_span_id: '0000000000000000' }],
])('a span with %s is read', (_name, more, expected) => {
  expect(rowsOfTable('traces', traces({ ...ids, ...more }), 'spans')).toMatchObject([expected])
})

test('integers beyond 2^53 written as numbers lose nothing, and those in texts stay texts', () => {
  const body = JSON.stringify(traces({ ...ids, name: 'at 1544712660300000001, ', startTimeUnixNano: 'TIME' }))
  const rows = rowsOfTable('traces', body.replace('"TIME"', ' 1544712660300000001 '), 'spans')
  expect(rows).toMatchObject([{ ts: 1_544_712_660_300_000_001n, name: 'at 1544712660300000001, ' }])
})

test('nor do those with a point or an exponent', () => {
  const [start, end] = ['1544712660300000001.0', '15447126603000000020e-1']
  const body = JSON.stringify(traces({ ...ids, startTimeUnixNano: 'START', endTimeUnixNano: 'END' }))
  const rows = rowsOfTable('traces', body.replace('"START"', start).replace('"END"', end), 'spans')
  expect(rows).toMatchObject([{ ts: 1_544_712_660_300_000_001n, duration: 1n }])
})

test.each([
  [{ doubleValue: 'NaN' }, 'd', 'NaN'],
  [{ doubleValue: '-Infinity' }, 'd', '-Infinity'],
  [{ doubleValue: 0.1 }, 'd', '0.1'],
  [{ doubleValue: 1e21 }, 'd', '1e+21'],
  [{ intValue: '-9223372036854775808' }, 'i', '-9223372036854775808'],
  [{ intValue: '9007199254740993' }, 'i', '9007199254740993'],
  [{ intValue: -2147483648 }, 'i', '-2147483648'],
  [{ intValue: -2147483649 }, 'i', '-2147483649'],
  [{ bytesValue: 'AQID' }, 'x', 'AQID'],
  [{ boolValue: false }, 'b', 'false'],
  [{ stringValue: 'nul\0 lone \ud800 end' }, '', 'nul\0 lone � end'],
  [{}, 'n', ''],
  [{ arrayValue: {} }, 'a', '{"values":[]}'],
  [{ kvlistValue: { values: [{ key: 'k', value: {} }] } }, 'k', '{"values":[{"key":"k","value":{}}]}'],
])('the value %j is stored as %s "%s"', (value, types, text) => {
  const [row] = rowsOfTable('traces', traces({ ...ids, attributes: [{ key: 'a', value }] }), 'spans') ?? []
  expect(row).toMatchObject({ attributes: [['a', text]], attribute_types: types })
})

test('points know whether they were integers, and a stale marker stays one', () => {
  const points = [{ asInt: '7', timeUnixNano: '1999999' }, { flags: 1 }, { asDouble: 'NaN' }]
  const rows = rowsOfTable('metrics', gauge(...points), 'samples')
  expect(rows?.map((row) => [row['value'], row['ts']])).toEqual([
    [7, 1n],
    [Number.NaN, 1_760_000_000_123n],
    [Number.NaN, 1_760_000_000_123n],
  ])
  expect(rowsOfTable('metrics', gauge(points[0]), 'series')).toMatchObject([{ value_type: 'int', day: 0 }])
})

test('a body of bytes that are not UTF-8 is read with U+FFFD in their place', () => {
  const body = Buffer.from(JSON.stringify(traces({ ...ids, name: 'a?b' })))
  body[body.indexOf('a?b') + 1] = 0xff
  const transcoded = atOnce(otlpJsonToProtobuf('traces', body))
  expect('protobuf' in transcoded && Buffer.from(transcoded.protobuf).includes('a\ufffdb')).toBe(true)
})

test('a request of many records is read in as many steps', () => {
  const traceId = '5b8efff798038103d269b633813fc60c'
  const spans = Array.from({ length: 500 }, (_, index) => ({
    traceId,
    spanId: (index + 1).toString(16).padStart(16, '0'),
  }))
  const body = Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }))
  expect([...otlpJsonToProtobuf('traces', body)].length).toBeGreaterThanOrEqual(500)
})
