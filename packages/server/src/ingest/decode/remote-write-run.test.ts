import { expect, test } from 'vitest'
import { readRows } from '../../base/native/read-blocks.ts'
import { Decoding } from './decoding.ts'
import { OpenBlocks } from './open-blocks.ts'
import { decodeRemoteWrite1 } from './remote-write.ts'
import { type RequestSeries, writeRequest1 } from './remote-write-request.case.ts'
import { decodeRun } from './remote-write-run.ts'
import { millisecondsPerDay } from './times.ts'

const nowUnixMs = Date.UTC(2026, 0, 1)
const timeMs = nowUnixMs + 1234
const limits = { attributesMax: 5, valueSizeMaxBytes: 1000, eventsMax: 8, depthMax: 8 }

const open = (): OpenBlocks => new OpenBlocks({ originsKnownMax: 100, seriesKnownMax: 100 })

/** Four series, the last of which is longer than what a length of one byte can say. */
function request(change: Partial<RequestSeries> = {}): Uint8Array {
  const series = (job: string, value: number, instance = job): RequestSeries => ({
    labels: [
      ['__name__', 'up'],
      ['instance', instance],
      ['job', job],
    ],
    samples: [{ value, timeMs }],
  })
  return writeRequest1([
    series('a', 1),
    series('b', 1.5),
    { ...series('c', 0), ...change },
    series('d', 2, 'd'.repeat(100)),
  ])
}

/** Has the blocks meet a request so often that it is known. */
function learn(body: Uint8Array, blocks = open()): OpenBlocks {
  for (let times = 0; times < 3; times += 1) decodeRemoteWrite1(body, { blocks, nowUnixMs, limits })
  blocks.take()
  return blocks
}

const samplesOf = (blocks: OpenBlocks): unknown =>
  blocks.take().flatMap(({ table, bytes }) => (table === 'samples' ? readRows(bytes) : []))

const sample = { value: 1, timeMs }
test.each<[string, Partial<RequestSeries>, taken: number]>([
  ['nothing', {}, 4],
  ['a value', { samples: [{ value: -0, timeMs }] }, 4],
  ['a time', { samples: [{ value: 1, timeMs: timeMs + 1 }] }, 4],
  ['the day', { samples: [{ value: 1, timeMs: timeMs + millisecondsPerDay }] }, 2],
  ['a time of five bytes', { samples: [{ value: 1, timeMs: 2 ** 35 - 1 }] }, 2],
  ['a time of seven bytes', { samples: [{ value: 1, timeMs: 2 ** 42 }] }, 2],
  ['a mark that the series ended', { samples: [{ value: 0x7ff0_0000_0000_0002n, timeMs }] }, 2],
  ['a label', { labels: [['__name__', 'down']] }, 2],
  ['two samples', { samples: [sample, { value: 2, timeMs: timeMs + 1 }] }, 2],
  ['no sample', { samples: [] }, 2],
  ['an exemplar', { exemplars: [{ labels: [['trace_id', 'x']], value: 1, timeMs }] }, 2],
])('of series sent again those before the one that is changed are taken at once: %s', (_, change, taken) => {
  const blocks = learn(request())
  const body = request(change)
  const decoding = new Decoding(body, { blocks, nowUnixMs, limits })
  expect(decodeRun(decoding, 0)).toBe(taken)
  expect(decoding.reader.at === body.length).toBe(taken === 4)
})

test('what was sent before and is then cut or changed anywhere is read as what is new', () => {
  const body = request()
  const blocks = open()
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0
    for (const changed of [body.subarray(0, at), body.with(at, byte ^ 1), body.with(at, byte ^ 0x80)]) {
      const others = open()
      learn(body, blocks)
      const decoded = decodeRemoteWrite1(changed, { blocks, nowUnixMs, limits })
      expect(decoded).toEqual(decodeRemoteWrite1(changed, { blocks: others, nowUnixMs, limits }))
      expect(samplesOf(blocks)).toEqual(samplesOf(others))
    }
  }
})
