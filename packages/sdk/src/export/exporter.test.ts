import { afterEach, expect, test } from 'vitest'
import { Keys } from '../encode/keys.ts'
import { type OtlpCollector, startOtlpCollector, until } from '../testing/otlp-collector.ts'
import { Exporter, type ExportForm } from './exporter.ts'
import { openSender, retryAfterMs } from './http-sender.ts'
import { encodeResource } from './resource.ts'
import { SignalBuffer } from './signal-buffer.ts'

const how = { keys: new Keys(), limits: { stringMax: 100 } }
const collectors: OtlpCollector[] = []

afterEach(async () => {
  for (const collector of collectors.splice(0)) await collector.stop()
})

function open(url: string, maxBytes = 10_000, form?: ExportForm, timeoutMs = 200) {
  const buffer = new SignalBuffer(maxBytes, Number.POSITIVE_INFINITY)
  const said: string[] = []
  const delays: number[] = []
  const sender = openSender(() => 0)
  const exporter = new Exporter({
    settings: {
      signal: 'traces',
      instance: () => 'instance-1',
      form,
      url: `${url}/v1/traces`,
      headers: {},
      gzip: false,
      timeoutMs,
      resource: () => encodeResource({ 'service.name': 'x' }, how),
    },
    buffer,
    send: (request) => sender.send(request),
    report: (sentence) => said.push(sentence),
    schedule: (run, delayMs) => {
      delays.push(delayMs)
      return setTimeout(run, 20)
    },
    random: () => 1,
  })
  const chunk = buffer.scope({ name: 's', version: '', schemaUrl: '' })
  const record = (count: number) => {
    for (let i = 0; i < count; i++) {
      buffer.append(chunk, '\n\x04'.padEnd(6, '\0'), (writer, text) => {
        writer.byte(0x12)
        writer.string(text)
      })
    }
  }
  return { exporter, buffer, record, said, delays }
}

test('a backend that is away: what fits waits, the rest is counted, all of it arrives when it is back', async () => {
  const away = await startOtlpCollector()
  const port = Number(new URL(away.url).port)
  await away.stop()
  const { exporter, buffer, record, said } = open(away.url, 2_000)
  record(100)
  await exporter.flush()
  record(100_000)
  await exporter.flush()
  expect(buffer.bytes + buffer.queuedBytes).toBeLessThan(2_200)
  const waiting = 100_100 - buffer.dropped
  expect(said[0]).toMatch(/Cannot export traces to .*: connect ECONNREFUSED/)
  const back = await startOtlpCollector(port)
  collectors.push(back)
  await until('the answers', () => exporter.sent === waiting)
  expect([back.spans.length, buffer.queuedBytes]).toEqual([waiting, 0])
})

test('Retry-After and backoff decide when; a batch keeps its id', async () => {
  const collector = await startOtlpCollector()
  collectors.push(collector)
  const { exporter, record, delays } = open(collector.url)
  collector.answers.push({ status: 503 }, { status: 429, headers: { 'retry-after': '7' } }, { status: 502 })
  record(1)
  exporter.exportNow()
  await until('the span', () => collector.spans.length === 1)
  expect(delays).toEqual([500, 7_000, 2_000])
  expect(new Set(collector.requests.map((request) => request.headers['wakeline-batch-id'])).size).toBe(1)
})

test('a backend that hangs is given up after the timeout; one that refuses is not asked again', async () => {
  const collector = await startOtlpCollector()
  collectors.push(collector)
  const { exporter, record, said } = open(collector.url)
  collector.answers.push({ status: 200, hang: true }, { status: 400, body: Buffer.from('no such thing') })
  record(3)
  exporter.exportNow()
  await until('the refusal', () => exporter.dropped === 3)
  expect(said).toEqual([
    expect.stringContaining('no answer within 200 ms'),
    expect.stringContaining('HTTP 400: no such thing. Dropped 3'),
  ])
})

test.each<[string | undefined, number | undefined]>([
  ['5', 5_000],
  ['Thu, 01 Jan 1970 00:00:10 GMT', 10_000],
  ['-5', 0],
  ['999999', 300_000],
  ['soon', undefined],
  [undefined, undefined],
])('Retry-After %s', (header, expected) => expect(retryAfterMs(header, 0)).toBe(expected))

test('another form is made once, however often it is sent', async () => {
  const collector = await startOtlpCollector()
  collectors.push(collector)
  collector.answers.push({ status: 503 })
  const made: number[] = []
  const form = {
    contentType: 'application/json',
    encode: (body: Buffer) => {
      made.push(body.length)
      return body
    },
    rejected: () => ({ rejected: 0, why: '' }),
  }
  const { exporter, record } = open(collector.url, 10_000, form)
  record(1)
  await exporter.flush()
  await until('the second attempt', () => exporter.sent === 1)
  expect(made).toHaveLength(1)
  expect(collector.requests.map((request) => request.headers['content-type'])).toEqual([
    'application/json',
    'application/json',
  ])
  exporter.stop()
})

test('buffers of large batches go round: what is sent is what was recorded', async () => {
  const collector = await startOtlpCollector()
  collectors.push(collector)
  const { exporter, buffer } = open(collector.url, 10_000_000, undefined, 30_000)
  const chunk = buffer.scope({ name: 's', version: '', schemaUrl: '' })
  const used = new Set<Buffer>()
  const bodies: string[] = []
  for (let round = 0; round < 6; round++) {
    const text = String(round).repeat(1_000)
    for (let i = 0; i < 520; i++) {
      buffer.append(chunk, text, (writer) => {
        writer.reserve(8)
        writer.byte(0x12)
        const start = writer.open(1_010)
        writer.byte(0x2a)
        writer.string(text)
        writer.close(start, 1_010)
      })
    }
    bodies.push(text)
    used.add(chunk.writer.bytes)
    await exporter.flush()
  }
  expect([...new Set(collector.spans.map((span) => span.name))]).toEqual(bodies)
  expect([collector.spans.length, exporter.sent]).toEqual([6 * 520, 6 * 520])
  // The one that grew, and one to fill while that was on its way.
  expect(used.size).toBe(2)
})
