import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestReceiver, type TestReceiver } from './receiver.case.ts'

let receiver: TestReceiver
beforeAll(async () => {
  receiver = await openTestReceiver()
})
afterAll(() => receiver.close())

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const timeMs = Date.parse('2026-01-31T12:00:00.250Z')

function storedLog(id: string) {
  return receiver.rows(
    `SELECT toString(ts) AS time, l.service AS service, severity, severity_text AS text, body, body_type AS bodyType,
       lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, l.attributes AS attributes,
       l.attribute_types AS types, any(r.attributes) AS resource
     FROM logs AS l LEFT JOIN resources AS r USING (resource_id)
     WHERE l.attributes['case'] = {p1:String} GROUP BY ALL`,
    id,
  )
}

const lines: [string, Record<string, unknown>, Record<string, unknown>][] = [
  [
    'pino',
    {
      level: 40,
      time: timeMs,
      pid: 7,
      hostname: 'box',
      name: 'cart',
      trace_id: traceId,
      span_id: spanId,
      req: { method: 'GET', id: 3 },
      msg: 'slow',
    },
    {
      time: '2026-01-31 12:00:00.250000000',
      service: 'cart',
      severity: 13,
      text: '40',
      body: 'slow',
      trace: traceId,
      span: spanId,
      attributes: { 'req.method': 'GET', 'req.id': '3' },
      types: 'sis',
      resource: { 'service.name': 'cart', 'host.name': 'box', 'process.pid': '7' },
    },
  ],
  [
    'bunyan',
    { name: 'mail', hostname: 'box', pid: 9, level: 50, msg: 'bounced', time: '2026-01-31T12:00:00.250Z', v: 0 },
    { time: '2026-01-31 12:00:00.250000000', service: 'mail', severity: 17, body: 'bounced', attributes: { v: '0' } },
  ],
  [
    'winston',
    { level: '\u001b[33mwarn\u001b[39m', message: 'low', service: 'stock', timestamp: '2026-01-31 12:00:00,250' },
    { time: '2026-01-31 12:00:00.250000000', service: 'stock', severity: 13, attributes: { service: 'stock' } },
  ],
  [
    'ECS',
    {
      '@timestamp': '2026-01-31T13:00:00.123456789+01:00',
      'log.level': 'ERROR',
      message: 'no',
      trace: { id: traceId },
      service: { name: 'pay', version: '2' },
    },
    {
      time: '2026-01-31 12:00:00.123456789',
      service: 'pay',
      severity: 17,
      text: 'ERROR',
      trace: traceId,
      resource: { 'service.name': 'pay', 'service.version': '2' },
    },
  ],
  [
    'any shape',
    { ts: 1769860800.25, severity: 'Notice', msg: { a: [1, true, null] }, big: '@12345678901234567890', half: 0.5 },
    {
      time: '2026-01-31 12:00:00.250000000',
      service: 'unknown_service',
      severity: 10,
      bodyType: 'k',
      attributes: { big: '@12345678901234567890', half: '0.5' },
    },
  ],
  [
    'a trace parent',
    { msg: 'x', traceparent: `00-${traceId}-${spanId}-01`, level: 'verbose' },
    { trace: traceId, span: spanId, severity: 5, attributes: { traceparent: `00-${traceId}-${spanId}-01` } },
  ],
  [
    'a time and an id that are none',
    { msg: 'x', time: 'yesterday', trace_id: '123', level: 'loud' },
    { severity: 0, text: 'loud', trace: '0'.repeat(32), attributes: { time: 'yesterday', trace_id: '123' } },
  ],
]

test.each(lines)('a line of %s is read back by its names', async (id, line, expected) => {
  expect(await receiver.post('/v1/jsonlines', JSON.stringify({ ...line, case: id }))).toMatchObject({
    status: 200,
    text: '{"accepted":1}',
  })
  const [row, ...more] = await storedLog(id)
  expect(more).toEqual([])
  expect(row).toMatchObject(expected)
})

test('a whole number beyond 2^53 keeps every digit, and nanoseconds too', async () => {
  await receiver.post('/v1/jsonlines', '{"time":1769860800123456789,"order":9007199254740993,"case":"long"}')
  expect(await storedLog('long')).toMatchObject([
    { time: '2026-01-31 12:00:00.123456789', types: 'is', attributes: { order: '9007199254740993' } },
  ])
})

test('what is no JSON object costs its line alone, and the first is named', async () => {
  const body = gzipSync('{"msg":"a","case":"kept"}\n\nplain text\n{"msg":"b","case":"kept"}\r\n[1]\n"x"\n')
  const answer = await receiver.post('/v1/jsonlines?service=batch', body, { 'content-encoding': 'gzip' })
  expect(answer.status).toBe(200)
  expect(JSON.parse(answer.text)).toEqual({
    accepted: 2,
    rejected: 3,
    message: expect.stringMatching(/^Cannot store line 3: it is not JSON/),
  })
  expect(await storedLog('kept')).toMatchObject([{ service: 'batch' }, { service: 'batch' }])
})

test.each([
  ['nothing but text', 'plain', 'Cannot store line 1: it is not JSON'],
  ['a list that ends early', '[{"msg":"a"},', 'Cannot store the list: it is not JSON'],
  ['nesting beyond all use', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 'nested more than 200 deep'],
])('%s is refused with a sentence', async (_, body, sentence) => {
  const answer = await receiver.post('/v1/jsonlines', body)
  expect(answer).toMatchObject({ status: 400, type: 'application/json' })
  expect(JSON.parse(answer.text).message).toContain(sentence)
})

test('deep values, NUL and lone surrogates are kept', async () => {
  const deep = `{"case":"odd","deep":${'['.repeat(150)}${']'.repeat(150)},"text":"a\\u0000b\\ud800c"}`
  expect(await receiver.post('/v1/jsonlines', `[${deep}]`)).toMatchObject({ text: '{"accepted":1}' })
  expect(await storedLog('odd')).toMatchObject([{ body: 'a\u0000b\ufffdc' }])
})

test('the same bytes are the same batch when they bear times, and said twice when they do not', async () => {
  const before = receiver.duplicatedRequests
  for (const _ of [1, 2]) await receiver.post('/v1/jsonlines', '{"time":"2026-01-31T12:00:00Z","case":"timed"}')
  for (const _ of [1, 2]) await receiver.post('/v1/jsonlines', '{"case":"untimed"}')
  expect(receiver.duplicatedRequests).toBe(before + 1)
  const count = `SELECT count() AS n FROM logs WHERE attributes['case'] = {p1:String}`
  expect(await receiver.rows(count, 'timed')).toEqual([{ n: '1' }])
  expect(await receiver.rows(count, 'untimed')).toEqual([{ n: '2' }])
})
