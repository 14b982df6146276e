import { afterAll, beforeAll, expect, test } from 'vitest'
import { isRefused } from '../base/refused.ts'
import { seedEndMs, seedStartMs } from './test-world/seed.case.ts'
import { sendInto } from './test-world/sent.case.ts'
import { openTestWorld, type TestWorld } from './test-world/world.case.ts'

/**
 * OTLP says that a key stands once on a record. Where it is sent twice the first counts, as in OpenTelemetry's collector, and what is
 * shown is what is found.
 */
let world: TestWorld
const nano = `${seedStartMs}000000`
const twice = [
  { key: 'k', value: { stringValue: 'one' } },
  { key: 'k', value: { stringValue: 'two' } },
]
const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }, ...twice] }
const range = { fromMs: seedStartMs, toMs: seedEndMs, limit: 10 }

beforeAll(async () => {
  world = await openTestWorld()
  const logRecords = [{ timeUnixNano: nano, body: { stringValue: 'a line' }, attributes: twice }]
  await sendInto(world, 'logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] })
  const events = [{ timeUnixNano: nano, name: 'e', attributes: twice }]
  const ids = { traceId: '01'.repeat(16), spanId: '02'.repeat(8) }
  const spans = [{ ...ids, name: 'a span', startTimeUnixNano: nano, endTimeUnixNano: nano, attributes: twice, events }]
  await sendInto(world, 'traces', { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })
})
afterAll(() => world?.close())

test.each([
  ['k=one', 1],
  ['k=two', 0],
  ['resource.k=one', 1],
  ['resource.k=two', 0],
  ['-k=two', 1],
])('%s finds %d lines and as many spans', async (q, found) => {
  const logs = await world.query.logs({ ...range, q, order: 'newest' }, {})
  const spans = await world.query.spans({ ...range, q, order: 'newest' }, {})
  if (isRefused(logs) || isRefused(spans)) throw new Error(JSON.stringify([logs, spans]))
  expect([logs.records.length, spans.spans.length]).toEqual([found, found])
  for (const { attributes } of [...logs.records, ...spans.spans]) expect(attributes['k']).toBe('one')
  for (const { attributes } of spans.spans.flatMap(({ events }) => events)) expect(attributes['k']).toBe('one')
})
