import { expect, test } from 'vitest'
import { readRows } from '../../base/native/read-blocks.ts'
import { atOnce } from '../in-turns.ts'
import { OpenBlocks } from './open-blocks.ts'
import { decodeOtlpLogs, decodeOtlpTraces } from './otlp.ts'
import { otlpJsonToProtobuf } from './otlp-json.ts'

const nowUnixMs = Date.UTC(2026, 0, 1)
const limits = { attributesMax: 5, valueSizeMaxBytes: 1000, eventsMax: 8, depthMax: 8 }
const attributes = [{ key: 'k', value: { stringValue: 'v' } }]
const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'web' } }] }
const span = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), name: 'GET /', attributes }
const requests = {
  traces: { resourceSpans: [{ resource, scopeSpans: [{ spans: [span, span] }] }] },
  logs: { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [{ attributes }, { attributes }] }] }] },
}

/** Limits that a decoder cannot read after so many times: whatever fault of ours it may meet in the middle of a row. */
function failingAfter(reads: number): typeof limits {
  let left = reads
  return new Proxy(limits, {
    get(target, name) {
      left -= 1
      if (left < 0) throw new RangeError('a fault of ours')
      return Reflect.get(target, name)
    },
  })
}

test.each([
  ['traces', decodeOtlpTraces],
  ['logs', decodeOtlpLogs],
] as const)('nothing stays of %s whose decoding throws, wherever it does', (signal, decode) => {
  const body = atOnce(otlpJsonToProtobuf(signal, Buffer.from(JSON.stringify(requests[signal]))))
  if ('refused' in body) throw new Error(body.refused)
  const { protobuf } = body
  const rowsOf = (blocks: OpenBlocks) => blocks.take().map(({ table, bytes }) => [table, readRows(bytes)])
  const whole = new OpenBlocks({ originsKnownMax: 100, seriesKnownMax: 100 })
  decode(protobuf, { blocks: whole, nowUnixMs, limits })
  const expected = rowsOf(whole)
  let thrown = 0
  for (let reads = 0; ; reads += 1) {
    const blocks = new OpenBlocks({ originsKnownMax: 100, seriesKnownMax: 100 })
    try {
      decode(protobuf, { blocks, nowUnixMs, limits: failingAfter(reads) })
      break
    } catch {
      thrown += 1
    }
    expect(blocks.rows).toBe(0)
    decode(protobuf, { blocks, nowUnixMs, limits })
    expect(rowsOf(blocks)).toEqual(expected)
  }
  expect(thrown).toBeGreaterThan(3)
})
