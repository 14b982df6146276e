import { expect, test } from 'vitest'
import { type Random, randomOf } from '../../../protocol/src/random.case.ts'
import { RecordWriter } from '../encode/record-writer.ts'
import { httpServerScope } from '../instrument/instrument.ts'
import { RequestShapes } from '../instrument/request-shape.ts'
import { writeLogRecord } from '../logs/encode-log.ts'
import { JsonLines } from '../logs/json-line.ts'
import type { LogRecord } from '../logs/log-record.ts'
import { slot } from '../slot.ts'
import { writeSpan } from '../traces/encode-span.ts'
import { Span } from '../traces/span.ts'
import { readRequestIds } from './request-ids.ts'
import { RequestLine } from './request-line.ts'

const core = slot()
const chunk = core.buffers.traces.scope(httpServerScope)
const hosts = [
  { address: 'shop', port: 80 },
  { address: 'shop', port: undefined },
]
const texts = ['/', '/users/42', '/größe', '/a"b\\c', '/\u0000\u007f', `/${'x'.repeat(70)}`, `/${'y'.repeat(300)}`, '']
/** Of texts and of the attributes of a record. */
const limits = [
  [8_192, 128],
  [40, 128],
  [7, 5],
] as const

test('the line, the log record and the span of a request are, byte for byte, what any record of them would be', () => {
  const random = randomOf(1)
  for (const [stringMax, attributesMax] of limits) {
    const how = { keys: core.how.keys, limits: { stringMax } }
    const shapes = new RequestShapes(core.metering.histogram(httpServerScope, `duration ${stringMax}`, {}), how)
    let copied = 0
    const logging = Object.assign(Object.create(core.logging), { how, settings: { attributesMax } })
    for (let i = 0; i < 600; i++) {
      const { exchange, said } = anyRequest(random, shapes)
      const line = new RequestLine(logging, exchange, said)
      if (said.shape.forms.some((form) => form.line !== undefined)) copied++
      const { unixMs, level, message, bound, span, loggerName, error, attributes } = line
      const plain = { unixMs, level, message, bound, span, loggerName, error, attributes }
      expect(wireOf(line, how, attributesMax)).toBe(wireOf(plain, how, attributesMax))
      expect(lineOf(line, how)).toBe(lineOf(plain, how))
      expect(span.name === said.shape.spanName ? 'named' : 'as it was').toBe('named')
      expect(spanOf(span, how)).toBe(spanOf(oneByOne(span), how))
    }
    expect(copied > 300).toBe(attributesMax > 5)
  }
})

function anyRequest(random: Random, shapes: RequestShapes) {
  const one = <T>(of: readonly T[]): T | undefined => of[random.below(of.length)]
  const aborted = random.below(8) === 0
  const exchange = {
    method: one(['GET', 'POST']) ?? 'GET',
    route: one(['/users/:id', undefined]),
    status: one([200, 404, 500, undefined]),
    host: one(hosts),
    encrypted: false,
    version: '1.1',
    aborted,
    endMs: performance.now() + random.below(1_000_000) / 7,
    span: core.tracing.start(chunk, 'GET', { span: undefined, suppressed: false }),
  }
  const shape = shapes.of(exchange)
  const header = (name: string) =>
    name === 'x-request-id'
      ? one([undefined, undefined, 'r-1', 'a'.repeat(36), 'b'.repeat(128)])
      : one([undefined, 'c-1'])
  const path = one(texts)
  const peer = one(['127.0.0.1', '::1', undefined])
  const agent = one(['curl/8', undefined, 'Mozilla/5.0 (X11; Linux x86_64) "é"', 'z'.repeat(130)])
  exchange.span.updateName(shape.spanName)
  exchange.span.endWith(
    shape.span,
    ['url.path', path, 'client.address', peer, 'user_agent.original', agent],
    exchange.endMs,
  )
  const seconds = Math.round(random.below(one([3, 3_000, 90_000_000]) ?? 3)) / 1000
  const size = one([undefined, 0, 11, 2_000, 5_000_000_000])
  const values = [one([undefined, 'u-1']), path, one([undefined, 'q=1&token=[redacted]']), size, agent, peer]
  const ids = readRequestIds({ header }, false)
  return { exchange, said: { shape, ids, values: [...values, size, one([undefined, 300]), undefined, seconds] } }
}

function oneByOne(of: Span): Span {
  const { name, shared, attributes } = of
  const all = [...(shared?.list ?? []), ...attributes]
  return Object.assign(Object.create(Span.prototype), of, { name, shared: undefined, attributes: all })
}

function wireOf(record: LogRecord, how: typeof core.how, attributesMax: number): string {
  const writer = new RecordWriter(16)
  writeLogRecord(writer, record, how, attributesMax)
  return writer.take().toString('hex')
}

function lineOf(record: LogRecord, how: typeof core.how): string {
  const writer = new RecordWriter(16)
  new JsonLines(how).write(writer, record)
  return writer.take().toString()
}

function spanOf(span: Span, how: typeof core.how): string {
  const writer = new RecordWriter(16)
  writeSpan(writer, span, how)
  return writer.take().toString('hex')
}
