import { expect, test } from 'vitest'
import { randomOf } from '../../../../../protocol/src/random.case.ts'
import { readRows } from '../../../base/native/read-blocks.ts'
import { Decoding } from '../decoding.ts'
import { OpenBlocks, type OpenBlocksOptions } from '../open-blocks.ts'
import { decodeRemoteWrite1 } from '../remote-write.ts'
import { type RequestSeries, writeRequest1 } from '../remote-write-request.case.ts'
import { millisecondsPerDay } from '../times.ts'

const nowUnixMs = Date.UTC(2026, 0, 1)
const timeMs = nowUnixMs + 1234
const limits = { attributesMax: 5, valueSizeMaxBytes: 1000, eventsMax: 8, depthMax: 8 }

const open = (way: Partial<OpenBlocksOptions> = { isEager: true }): OpenBlocks =>
  new OpenBlocks({ originsKnownMax: 100, seriesKnownMax: 10_000, ...way })

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
  expect(blocks.fastSamples?.open(decoding)).toBe(true)
  expect(blocks.fastSamples?.take(decoding)).toBe(taken)
  expect(decoding.reader.at === body.length).toBe(taken === 4)
})

test('what was sent before and is then cut or changed anywhere is read as what is new', () => {
  const body = request()
  const blocks = open()
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0
    for (const changed of [body.subarray(0, at), body.with(at, byte ^ 1), body.with(at, byte ^ 0x80)]) {
      const others = open({ isCareful: true })
      learn(body, blocks)
      const decoded = decodeRemoteWrite1(changed, { blocks, nowUnixMs, limits })
      expect(decoded).toEqual(decodeRemoteWrite1(changed, { blocks: others, nowUnixMs, limits }))
      expect(samplesOf(blocks)).toEqual(samplesOf(others))
    }
  }
})

/** A series of some thousand, of whom most have one sample with a time of this minute. */
function anySeries(below: (below: number) => number, minute: number): RequestSeries {
  const number = below(3000)
  const samples = [{ value: below(3) === 0 ? 0 : number / 8, timeMs: timeMs + minute * 60_000 }]
  if (below(50) === 0) samples.push({ value: 1, timeMs: timeMs + minute })
  return {
    labels: [
      ['__name__', `metric_${number % 30}`],
      ['instance', 'i'.repeat(number % 120)],
      ['number', String(number)],
    ],
    samples,
    ...(below(80) === 0 ? { exemplars: [{ labels: [['user', 'u']], value: 1, timeMs }] } : {}),
  }
}

const byNumber = (one: RequestSeries, other: RequestSeries): number =>
  Number(one.labels.at(-1)?.[1]) - Number(other.labels.at(-1)?.[1])

test('blocks are the same to the byte, whoever read them, in whatever order series come', () => {
  const { below } = randomOf(23)
  const ways = [{ isCareful: true }, {}, { isEager: true }].map(open)
  for (let minute = 0; minute < 60; minute += 1) {
    const series = Array.from({ length: 400 }, () => anySeries(below, minute))
    // What a target has comes in one order; families are made known now and then.
    const known = minute === 30 ? [{ type: 1, family: 'metric_7', help: 'x', unit: '' }] : []
    const body = writeRequest1(below(2) === 0 ? series : series.toSorted(byNumber), known)
    const [careful, ...others] = ways.map((blocks) => decodeRemoteWrite1(body, { blocks, nowUnixMs, limits }))
    for (const other of others) expect(other).toEqual(careful)
    if (minute % 7 !== 0) continue
    const [first, ...rest] = ways.map((blocks) => blocks.take())
    for (const blocks of rest) {
      expect(blocks.map(({ table, rows }) => [table, rows])).toEqual(first?.map(({ table, rows }) => [table, rows]))
      expect(blocks.every(({ bytes }, i) => Buffer.compare(bytes, first?.[i]?.bytes ?? Buffer.alloc(0)) === 0)).toBe(
        true,
      )
    }
  }
})
