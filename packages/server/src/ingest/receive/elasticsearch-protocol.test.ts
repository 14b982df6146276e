import { Client, HttpConnection } from '@elastic/elasticsearch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestReceiver, type TestReceiver } from './receiver.case.ts'

let receiver: TestReceiver
beforeAll(async () => {
  receiver = await openTestReceiver()
})
afterAll(() => receiver.close())

const ofIndex = `SELECT toString(ts) AS time, service, severity, body, lower(hex(trace_id)) AS trace, attributes
  FROM logs WHERE attributes['elasticsearch.index'] = {p1:String} ORDER BY body`
const ndjson = { 'content-type': 'application/x-ndjson' }

test('documents of a bulk request are stored, and what is wrong with one costs that one alone', async () => {
  const body = [
    '{"create":{"_id":"7"}}',
    '{"@timestamp":"2026-01-31T12:00:00Z","log":{"level":"warn"},"message":"a","service":{"name":"shop"},"trace":{"id":"0af7651916cd43dd8448eb211c80319c"}}',
    '{"index":{"_index":"app","_id":8}}',
    'no document',
    '{"delete":{"_id":"1"}}',
    '{"update":{"_id":"1"}}',
    '{"doc":{}}',
    '{"index":{}}',
    '{"message":"b","n":1}',
    '',
  ].join('\n')
  const answer = await receiver.post('/elasticsearch/app/_bulk', body, ndjson)
  expect(answer).toMatchObject({ status: 200, type: 'application/json' })
  expect(JSON.parse(answer.text)).toMatchObject({
    errors: true,
    items: [
      { create: { _index: 'app', _id: '7', status: 201, result: 'created' } },
      {
        index: {
          _id: '8',
          status: 400,
          error: { reason: expect.stringContaining('document of line 4: it is not JSON') },
        },
      },
      { delete: { status: 400, error: { reason: expect.stringContaining('not changed once they are stored') } } },
      { update: { status: 400 } },
      { index: { _index: 'app', status: 201 } },
    ],
  })
  expect(await receiver.rows(ofIndex, 'app')).toMatchObject([
    {
      time: '2026-01-31 12:00:00.000000000',
      service: 'shop',
      severity: 13,
      body: 'a',
      trace: '0af7651916cd43dd8448eb211c80319c',
      attributes: { 'elasticsearch.index': 'app', 'elasticsearch.id': '7' },
    },
    { body: 'b', attributes: { n: '1' } },
  ])
})

test.each([
  [
    'an action that is none',
    '{"create":{"_index":"x"}}\n{}\n{"message":"x"}\n{}',
    'line 3: expected an action, one of',
  ],
  ['an action that is no JSON', 'create', 'line 1: expected an action, but it is not JSON'],
  ['no index', '{"create":{}}\n{}', 'line 1: the action names no index'],
  ['a document that is missing', '{"create":{"_index":"x"}}\n', 'line 1: its document is missing'],
  ['nothing', '', 'no action in it'],
])('a bulk request with %s is refused as Elasticsearch does', async (_, body, sentence) => {
  const answer = await receiver.post('/elasticsearch/_bulk', body, ndjson)
  expect(answer.status).toBe(400)
  expect(JSON.parse(answer.text)).toMatchObject({
    status: 400,
    error: { type: 'illegal_argument_exception', reason: expect.stringContaining(sentence), root_cause: [{}] },
  })
})

test.each([
  ['GET', '', 200],
  ['HEAD', '/', 200],
  ['GET', '/_license', 200],
  ['GET', '/_xpack', 200],
  ['GET', '/_cluster/health', 200],
  ['PUT', '/_index_template/filebeat', 200],
  ['PUT', '/_ilm/policy/filebeat', 200],
  ['GET', '/_ilm/policy/filebeat', 404],
  ['GET', '/logs-*/_search', 404],
  ['POST', '/logs/_search', 404],
  ['DELETE', '/logs', 405],
])('%s /elasticsearch%s is answered with %i', async (method, path, status) => {
  const answer = await fetch(`${receiver.url}/elasticsearch${path}`, { method })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('x-elastic-product')).toBe('Elasticsearch')
  expect((await answer.text()) === '').toBe(method === 'HEAD')
  expect(answer.headers.get('warning') !== null).toBe(method === 'PUT')
})

test('single documents are stored as those of a bulk request, whatever lines they are written in', async () => {
  const post = (path: string, body: string) =>
    receiver.post(`/elasticsearch/${path}`, body, { 'content-type': 'application/json' })
  const stored = await post('one/_doc', '{\n  "message": "a\\nb"\r\n}\n')
  expect(stored.status).toBe(201)
  expect(JSON.parse(stored.text)).toMatchObject({ _index: 'one', result: 'created', _id: expect.any(String) })
  const named = await post('one/_create/7%2F8', '{"message":"c"}')
  expect(JSON.parse(named.text)).toMatchObject({ _index: 'one', _id: '7/8' })
  const refused = await post('one/_doc/9', '{"message":')
  expect(refused.status).toBe(400)
  expect(JSON.parse(refused.text)).toMatchObject({
    error: { reason: expect.stringContaining('Cannot store the document: it is not JSON') },
  })
  const missing = await post('one/_doc', '')
  expect(missing.status).toBe(400)
  expect(await receiver.rows(ofIndex, 'one')).toMatchObject([
    { body: 'a\nb', attributes: { 'elasticsearch.index': 'one' } },
    { body: 'c', attributes: { 'elasticsearch.index': 'one', 'elasticsearch.id': '7/8' } },
  ])
})

test('the unmodified client greets us and sends with its bulk helper', async () => {
  const client = new Client({ node: `${receiver.url}/elasticsearch`, compression: true, Connection: HttpConnection })
  expect((await client.info()).cluster_name).toBe('wakeline')
  const documents = Array.from({ length: 500 }, (_, n) => ({ '@timestamp': new Date(1.7e12 + n), message: `m${n}` }))
  const dropped: unknown[] = []
  const result = await client.helpers.bulk({
    datasource: documents,
    flushBytes: 5_000,
    onDocument: () => ({ create: { _index: 'logs-app-default' } }),
    onDrop: (document) => dropped.push(document),
  })
  await client.close()
  expect(dropped).toEqual([])
  expect(result).toMatchObject({ total: 500, successful: 500, failed: 0 })
  const rows = await receiver.rows(ofIndex, 'logs-app-default')
  expect(new Set(rows.map(({ body }) => body)).size).toBe(500)
})
