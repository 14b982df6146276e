import { otlp } from '@wakeline/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Baggage } from './context/baggage.ts'
import { encodeResource } from './export/resource.ts'
import { encodeScope } from './export/signal-buffer.ts'
import { flush, log, start, stop } from './index.ts'
import { slot } from './slot.ts'
import { naughtyStrings } from './testing/naughty-strings.case.ts'
import { type OtlpCollector, startOtlpCollector } from './testing/otlp-collector.ts'
import { Message } from './testing/otlp-decode.ts'
import { startSpanOf } from './traces/call-span.ts'

const strings = naughtyStrings() ?? []
const isThere = strings.length > 0
let collector: OtlpCollector

beforeAll(async () => {
  collector = await startOtlpCollector()
  const instrument = { httpServer: false, httpClient: false, fetch: false, process: false }
  start({ serviceName: 'naughty', endpoint: collector.url, logOutput: 'none', instrument })
})
afterAll(async () => {
  await stop()
  await collector.stop()
})

/** One entry under the string; a boolean, which is not hidden under a key like "password". */
const under = (text: string) => Object.fromEntries([[text, true]])

test.skipIf(!isThere)('every string comes back unchanged from every place of a span', async () => {
  const context = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
  for (const text of strings) {
    const span = startSpanOf(slot(), text, { attributes: { ...under(text), value: text, list: [text], map: { text } } })
    span.addEvent(text, { value: text }).addEvent('keys', under(text))
    span.addLink({ context, attributes: { value: text } }).addLink({ context, attributes: under(text) })
    span.setStatus({ code: 2, message: text })
    span.end()
  }
  await flush()
  expect(collector.spans).toHaveLength(strings.length)
  for (const [index, text] of strings.entries()) {
    const span = collector.spans[index]
    expect(span?.name).toBe(text)
    expect(span?.attributes).toEqual({ ...under(text), value: text, list: [text], map: { text } })
    expect(span?.events).toEqual([
      { name: text, attributes: { value: text } },
      { name: 'keys', attributes: under(text) },
    ])
    expect(span?.links.map((link) => link.attributes)).toEqual([{ value: text }, under(text)])
    expect(span?.status).toEqual({ code: 2, message: text })
  }
})

test.skipIf(!isThere)('every string comes back unchanged from a log record', async () => {
  for (const text of strings) log.info({ ...under(`k${text}`), value: text }, text)
  await flush()
  expect(collector.logs.map((record) => record.body)).toEqual(strings)
  for (const [index, text] of strings.entries())
    expect(collector.logs[index]?.attributes).toMatchObject({ ...under(`k${text}`), value: text })
})

test.skipIf(!isThere)('every string comes back unchanged from resource, scope and baggage', () => {
  const { how } = slot()
  for (const text of strings) {
    const resource = new Message(Buffer.from(encodeResource({ value: text, ...under(text) }, how))).messages(1)[0]
    expect(resource?.attributes(otlp.resource.attributes)).toEqual({ value: text, ...under(text) })
    const scope = new Message(Buffer.from(encodeScope({ name: text, version: text, schemaUrl: '' }))).messages(1)[0]
    expect(scope?.text(otlp.instrumentationScope.name)).toBe(text)
    expect(scope?.text(otlp.instrumentationScope.version)).toBe(text)
    if (text === '') continue
    const baggage = Baggage.parse(new Baggage(new Map([[text, { value: text }]])).print())
    expect(baggage?.getAllEntries()).toEqual([[text, { value: text }]])
  }
})
