import { createServer } from 'node:http'
import { JsonTranscoding } from '@wakeline/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { flush, log, meter, start, stop, trace } from '../index.ts'
import { listen } from '../testing/listen.ts'
import type { Signal } from './exporter.ts'
import { otlpToJson, readJsonPartialSuccess, readRequest } from './otlp-json.ts'

const requestNames = { traces: 'TracesRequest', logs: 'LogsRequest', metrics: 'MetricsRequest' } as const

/** What the SDK really sends, by path. */
const bodies = new Map<string, Buffer>()
const server = createServer(async (request, response) => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  bodies.set(request.url ?? '', Buffer.concat(parts))
  response.end()
})

beforeAll(async () => {
  const port = await listen(server)
  const instrument = { httpServer: false, httpClient: false, fetch: false, process: false }
  start({ serviceName: 'json', endpoint: `http://127.0.0.1:${port}`, logOutput: 'none', instrument })
  meter.counter('c').add(1.5, { k: 'v' })
  meter.upDownCounter('u').add(-3)
  meter.histogram('h', { unit: 's' }).record(0.1)
  const values = { text: 'ä\u0000"', yes: true, int: -5, big: 2n ** 62n, half: 0.5, none: null, nan: Number.NaN }
  trace('span', { ...values, list: [1, 'a', [true]], map: { a: { b: 1 } }, bytes: Buffer.from([0, 255]) }, (span) => {
    span.addEvent('event', values).addLink({ context: span.spanContext(), attributes: values })
    log.error(new Error('no'), 'a line', values)
  })
  await flush()
})
afterAll(async () => {
  await stop()
  server.close()
})

test.each<[Signal]>([['traces'], ['logs'], ['metrics']])('%s as JSON say what the protobuf said', (signal) => {
  const body = bodies.get(`/v1/${signal}`) ?? Buffer.alloc(0)
  const json = otlpToJson(signal, body)
  // The receiver's own reader of OTLP/JSON turns it back.
  const transcoding = new JsonTranscoding()
  transcoding.message(requestNames[signal], JSON.parse(json.toString()))
  expect([transcoding.fault, transcoding.rejected]).toEqual(['', 0])
  expect(readRequest(signal, Buffer.from(transcoding.writer.take()))).toEqual(readRequest(signal, body))
  expect(JSON.parse(json.toString())).toEqual(readRequest(signal, body))
})

test.each<[string, string, { rejected: number; why: string }]>([
  ['all taken', '{}', { rejected: 0, why: '' }],
  ['nothing said', '', { rejected: 0, why: '' }],
  ['spans', '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"no"}}', { rejected: 2, why: 'no' }],
  ['logs', '{"partialSuccess":{"rejectedLogRecords":1}}', { rejected: 1, why: '' }],
  ['no JSON', 'ok', { rejected: 0, why: '' }],
])('the answer of a backend: %s', (_, answer, expected) => {
  expect(readJsonPartialSuccess(Buffer.from(answer))).toEqual(expected)
})
