import { expect, test } from 'vitest'
import { readRows } from '../../base/native/read-blocks.ts'
import { Arrival } from '../arrival/arrival.ts'
import { atOnce } from '../in-turns.ts'
import { OpenBlocks } from './open-blocks.ts'
import { decodeOtlpLogs, decodeOtlpTraces } from './otlp.ts'
import { otlpJsonToProtobuf, type Signal } from './otlp-json.ts'

const limits = { attributesMax: 8, valueSizeMaxBytes: 1000, eventsMax: 8, depthMax: 8 }
const all = { redact: true, redactKeys: ['card'], stableNames: true, parseBodies: true, inferSeverity: true }

function decode(signal: Signal, json: unknown, options = all) {
  const transcoded = atOnce(otlpJsonToProtobuf(signal, Buffer.from(JSON.stringify(json))))
  if ('refused' in transcoded) throw new Error(transcoded.refused)
  const blocks = new OpenBlocks({ originsKnownMax: 10, seriesKnownMax: 10 })
  const arrival = new Arrival(options)
  const decoder = signal === 'logs' ? decodeOtlpLogs : decodeOtlpTraces
  const decoded = decoder(transcoded.protobuf, { blocks, nowUnixMs: 0, limits, arrival })
  const rows = Object.fromEntries(blocks.take().map(({ table, bytes }) => [table, readRows(bytes)]))
  return {
    decoded,
    row: rows[signal === 'logs' ? 'logs' : 'spans']?.[0],
    resource: rows['resources']?.[0],
    redacted: arrival.redacted,
  }
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })

function log(record: object, options = all) {
  return decode('logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }, options)
}

test('secrets are not stored, by key or by form, in attributes, bodies, events and resources', () => {
  const span = {
    ...{ traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174', name: 'x' },
    attributes: [
      text('user.password', 'x'),
      text('card', '4111'),
      text('note', 'Bearer abcdefghijklmnopq'),
      text('ok', 'fine'),
    ],
    events: [
      {
        name: 'e',
        attributes: [
          text('token', 'abc'),
          { key: 'h', value: { kvlistValue: { values: [text('api_key', 'abcdef')] } } },
        ],
      },
    ],
  }
  const resource = { attributes: [text('service.name', 'a'), text('db.dsn', 'mysql://me:hunter2@db/x')] }
  const {
    row,
    resource: stored,
    redacted,
  } = decode('traces', { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] })
  expect(row?.['attributes']).toEqual([
    ['user.password', '[REDACTED]'],
    ['card', '[REDACTED]'],
    ['note', 'Bearer [REDACTED]'],
    ['ok', 'fine'],
  ])
  expect(
    JSON.stringify(row?.['events'], (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  ).not.toMatch(/abc/)
  expect(stored?.['attributes']).toContainEqual(['db.dsn', 'mysql://me:[REDACTED]@db/x'])
  expect(redacted).toBe(6)
  expect(log({ body: { stringValue: 'password=hunter2' } }).row?.['body']).toBe('password=[REDACTED]')
  expect(log({ body: { stringValue: 'password=hunter2' } }, { ...all, redact: false }).row?.['body']).toBe(
    'password=hunter2',
  )
})

test('an old name can be read under the stable one, with its type, and what was sent can be told from it', () => {
  const { row } = log({
    body: {},
    severityNumber: 9,
    attributes: [{ key: 'http.status_code', value: { intValue: '404' } }, text('x', 'y')],
  })
  expect(row?.['attributes']).toEqual([
    ['http.status_code', '404'],
    ['http.response.status_code', '404'],
    ['x', 'y'],
  ])
  expect(row?.['attribute_types']).toBe('iIs')
})

test('what a body holds stands beside it, a severity with where it is from', () => {
  const json = log({
    body: { stringValue: '{"level":"warn","req":{"id":7,"ok":true},"password":"x","list":[1]}' },
    attributes: [text('a', 'b')],
  })
  expect(json.row).toMatchObject({
    severity: 13,
    severity_text: '',
    body: '{"level":"warn","req":{"id":7,"ok":true},"password":"[REDACTED]","list":[1]}',
  })
  expect(json.row?.['attributes']).toEqual([
    ...[
      ['a', 'b'],
      ['level', 'warn'],
      ['req.id', '7'],
      ['req.ok', 'true'],
      ['password', '[REDACTED]'],
      ['list', '[1]'],
    ],
    ['wakeline.severity.from', 'body.level'],
  ])
  expect(json.row?.['attribute_types']).toBe('sSIBSSS')
  const values = [
    text('msg', 'x'),
    { key: 'm', value: { kvlistValue: { values: [{ key: 'n', value: { doubleValue: 0.5 } }] } } },
  ]
  const map = log({ body: { kvlistValue: { values } }, severityText: 'ERROR' })
  expect(map.row).toMatchObject({
    severity: 17,
    severity_text: 'ERROR',
    attributes: [
      ['msg', 'x'],
      ['m.n', '0.5'],
      ['wakeline.severity.from', 'severity_text'],
    ],
  })
  expect(log({ body: { stringValue: 'WARN x' } }).row).toMatchObject({
    severity: 13,
    attributes: [['wakeline.severity.from', 'body']],
  })
  expect(log({ body: { stringValue: 'WARN x' }, severityNumber: 5 }).row).toMatchObject({ severity: 5, attributes: [] })
})

test('what is beyond the limits is said', () => {
  const attributes = Array.from({ length: 10 }, (_, index) => text(`k${index}`, 'x'))
  const { decoded } = log({ body: { stringValue: 'x'.repeat(1001) }, attributes })
  expect(decoded).toEqual({
    accepted: 1,
    rejected: 0,
    reason: 'Stored without 2 attributes beyond 8 of a record and the ends of 1 values longer than 1000 bytes',
  })
})

test('further keys are redacted wherever they stand', () => {
  const body = '{"card":"4111","discard":"x"}'
  expect(log({ body: { stringValue: body } }).row?.['body']).toBe('{"card":"[REDACTED]","discard":"x"}')
  const values = [text('card', '4111'), text('other', 'x')]
  expect(JSON.stringify(log({ body: { kvlistValue: { values } } }).row?.['body'])).not.toContain('4111')
  expect(log({ body: { stringValue: 'paid with card=4111' } }).row?.['body']).toBe('paid with card=[REDACTED]')
})
