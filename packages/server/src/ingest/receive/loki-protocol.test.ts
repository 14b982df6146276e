import { WireWriter } from '@wakeline/protocol'
import { compressSync } from 'snappy'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLogger } from 'winston'
import LokiTransport from 'winston-loki'
import { openTestReceiver, type TestReceiver } from './receiver.case.ts'

let receiver: TestReceiver
beforeAll(async () => {
  receiver = await openTestReceiver()
})
afterAll(() => receiver.close())

const path = '/loki/api/v1/push'
const json = { 'content-type': 'application/json' }
const nano = '1769860800123456789'
const traceId = '0af7651916cd43dd8448eb211c80319c'

function stored(caseName: string) {
  return receiver.rows(
    `SELECT toString(ts) AS time, service, severity, severity_text AS text, body, lower(hex(trace_id)) AS trace,
       attributes, r.labels AS labels
     FROM logs JOIN (SELECT resource_id, any(attributes) AS labels FROM resources GROUP BY resource_id) AS r
       USING (resource_id)
     WHERE r.labels['case'] = {p1:String} ORDER BY ts, body`,
    caseName,
  )
}

const entries: [string, Record<string, string>, string, Record<string, string>, Record<string, unknown>][] = [
  [
    'labels',
    { app: 'shop', job: 'x', level: 'warn' },
    'low',
    {},
    { service: 'shop', severity: 13, text: 'warn', body: 'low' },
  ],
  [
    'metadata',
    { job: 'j' },
    'x',
    { trace_id: traceId, severity: 'ERROR', k: 'v' },
    { service: 'j', severity: 17, trace: traceId, attributes: { trace_id: traceId, severity: 'ERROR', k: 'v' } },
  ],
  [
    'a line of JSON',
    { service_name: 's', app: 'a' },
    `{"level":30,"traceId":"${traceId}","msg":"m"}`,
    {},
    { service: 's', severity: 9, text: '30', trace: traceId, attributes: {} },
  ],
  ['a line of logfmt', {}, 'ts=1 level="error" msg=x', {}, { service: 'unknown_service', severity: 17 }],
  ['a plain line', {}, 'the level is high', {}, { severity: 0, text: '', body: 'the level is high' }],
]

test.each(entries)('an entry with %s is read back', async (name, labels, line, metadata, expected) => {
  const stream = { stream: { ...labels, case: name }, values: [[nano, line, metadata]] }
  expect(await receiver.post(path, JSON.stringify({ streams: [stream] }), json)).toMatchObject({
    status: 204,
    text: '',
  })
  const rows = await stored(name)
  expect(rows).toMatchObject([
    { time: '2026-01-31 12:00:00.123456789', labels: { ...labels, case: name }, ...expected },
  ])
})

function protobufBody(labels: string): Uint8Array {
  const out = new WireWriter()
  const stream = out.begin(1)
  out.textEntry(1, labels)
  for (const line of ['first', 'second']) {
    const entry = out.begin(2)
    const time = out.begin(1)
    out.varintEntry(1, 1_769_860_800)
    out.varintEntry(2, 123_456_789)
    out.end(time)
    out.textEntry(2, line)
    const pair = out.begin(3)
    out.textEntry(1, 'k')
    out.textEntry(2, 'v')
    out.end(pair)
    out.end(entry)
  }
  out.end(stream)
  return out.take()
}

const protobuf = { 'content-type': 'application/x-protobuf' }

test('protobuf is read, snappy though no header says so', async () => {
  const body = new Uint8Array(compressSync(protobufBody('{app="shop",level="debug",case="protobuf"}')))
  expect((await receiver.post(path, body, protobuf)).status).toBe(204)
  const expected = { time: '2026-01-31 12:00:00.123456789', service: 'shop', severity: 5, attributes: { k: 'v' } }
  expect(await stored('protobuf')).toMatchObject([
    { ...expected, body: 'first' },
    { ...expected, body: 'second' },
  ])
})

const goodValue = [nano, 'good']
const wrong: [string, string | Uint8Array<ArrayBuffer>, Record<string, string>, number, string][] = [
  ['no JSON', '{', json, 400, 'Cannot decode the push request: it is not JSON'],
  ['no streams', '{"stream":[]}', json, 400, 'no list of streams'],
  ['a wrong kind', 'x', { 'content-type': 'text/plain' }, 415, 'send application/json or application/x-protobuf'],
  ['no snappy', 'x', protobuf, 400, 'Cannot inflate the body as snappy'],
  [
    'cut protobuf',
    new Uint8Array(compressSync(protobufBody('{}').subarray(0, 20))),
    protobuf,
    400,
    'goes beyond the end',
  ],
  [
    'wrong labels',
    new Uint8Array(compressSync(protobufBody('{app=shop}'))),
    protobuf,
    400,
    'Cannot store streams[0].labels: expected labels as {app="shop"}, got "app=shop"; 0 entries were stored and 2 were not',
  ],
]
test.each(wrong)('%s gets its status and a sentence in plain text', async (_, body, headers, status, sentence) => {
  const answer = await receiver.post(path, body, headers)
  expect(answer).toMatchObject({ status, type: 'text/plain; charset=utf-8' })
  expect(answer.text).toContain(sentence)
})

test.each([
  ['a time that is none', [1769860800, 'x'], 'streams[0].values[1][0]: expected nanoseconds'],
  ['a time in the year 2200', ['7258118400000000000', 'x'], 'streams[0].values[1][0]: expected nanoseconds'],
  ['a line that is none', [nano, { a: 1 }], 'streams[0].values[1][1]: expected the line'],
  ['metadata that are no texts', [nano, 'x', { a: 1 }], 'streams[0].values[1][2]: expected structured metadata'],
])('the entries beside one with %s are kept', async (name, bad, sentence) => {
  const streams = [{ stream: { case: name }, values: [goodValue, bad, [nano, 'also good']] }]
  const answer = await receiver.post(path, JSON.stringify({ streams }), json)
  expect(answer.status).toBe(400)
  expect(answer.text).toContain(sentence)
  expect(answer.text).toContain('2 entries were stored and 1 were not')
  expect(await stored(name)).toHaveLength(2)
})

test.each([true, false])('an unmodified winston-loki sends, json %j', async (isJson) => {
  const name = `winston-loki ${isJson}`
  const errors: unknown[] = []
  const transport = new LokiTransport({
    host: receiver.url,
    json: isJson,
    batching: false,
    labels: { app: 'cart', case: name },
    onConnectionError: (error) => errors.push(error),
  })
  const logger = createLogger({ transports: [transport] })
  for (let n = 0; n < 20; n += 1) logger.warn(`line ${n}`, { n })
  await transport.flush()
  logger.close()
  expect(errors).toEqual([])
  const rows = await stored(name)
  expect(rows).toHaveLength(20)
  expect(rows[0]).toMatchObject({ service: 'cart', severity: 13, text: 'warn' })
})
