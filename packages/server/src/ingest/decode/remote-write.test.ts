import { expect, test } from 'vitest'
import { readRows } from '../../base/native/read-blocks.ts'
import { realCountsFlag } from '../../store/tables.ts'
import type { Decoded, Refused } from './decode.ts'
import { OpenBlocks } from './open-blocks.ts'
import { decodeRemoteWrite1, decodeRemoteWrite2 } from './remote-write.ts'
import {
  type RequestHistogram,
  type RequestMetadata,
  type RequestSeries,
  writeRequest1,
  writeRequest2,
} from './remote-write-request.case.ts'

const nowUnixMs = Date.UTC(2026, 0, 1)
const limits = { attributesMax: 5, valueSizeMaxBytes: 1000, eventsMax: 8, depthMax: 8 }

function open(): OpenBlocks {
  return new OpenBlocks({ originsKnownMax: 100, seriesKnownMax: 100 })
}

function decode(version: 1 | 2, body: Uint8Array, blocks = open()): Decoded | Refused {
  const decoder = version === 1 ? decodeRemoteWrite1 : decodeRemoteWrite2
  return decoder(body, { blocks, nowUnixMs, limits })
}

function write(version: 1 | 2, series: readonly RequestSeries[]): Uint8Array {
  return version === 1 ? writeRequest1(series) : writeRequest2(series)
}

function rowsOf(blocks: OpenBlocks): Record<string, Record<string, unknown>[]> {
  return Object.fromEntries(blocks.take().map(({ table, bytes }) => [table, readRows(bytes)]))
}

const up = [
  ['__name__', 'up'],
  ['instance', 'a:9100'],
  ['job', 'node'],
] as const
const timeMs = nowUnixMs + 1234

test.each([1, 2] as const)('a sample of %i.0 is stored once, under a series of its labels', (version) => {
  const blocks = open()
  const series = [{ labels: up, samples: [{ value: 1.5, timeMs }] }]
  const written = { samples: 1, histograms: 0, exemplars: 0 }
  expect(decode(version, write(version, series), blocks)).toEqual({ accepted: 1, rejected: 0, reason: '', written })
  const rows = rowsOf(blocks)
  expect(Object.keys(rows)).toEqual(['series', 'samples'])
  const id = rows['samples']?.[0]?.['series_id']
  expect(rows['samples']).toEqual([{ series_id: id, ts: BigInt(timeMs), start_ts: 0n, value: 1.5, flags: 0 }])
  expect(rows['series']).toEqual([
    {
      ...{ series_id: id, day: 20_454, metric: 'up', kind: 'gauge', temporality: '', monotonic: false },
      ...{ value_type: 'double', unit: '', description: '', service: 'node', resource_id: 0n, scope_id: 0n },
      attributes: up.slice(1),
      attribute_types: '',
    },
  ])
  decode(version, write(version, series), blocks)
  expect(Object.keys(rowsOf(blocks))).toEqual(['samples'])
})

test('both versions, and labels in any order, make the same series', () => {
  const ids = ([1, 2] as const).flatMap((version) =>
    [up, up.toReversed()].map((labels) => {
      const blocks = open()
      decode(version, write(version, [{ labels, samples: [{ value: 1, timeMs }] }]), blocks)
      return rowsOf(blocks)['series']?.[0]?.['series_id']
    }),
  )
  expect(new Set(ids).size).toBe(1)
})

test.each([0, 1, 2 ** 35 - 1, 2 ** 35, timeMs, 2 ** 42 - 1, 2 ** 42, Date.UTC(2200, 0) - 1])(
  'a sample at %i ms is what was sent, however many bytes its time has',
  (time) => {
    const blocks = open()
    const values = [0, -0, 1.5, -1e300]
    const samples = values.map((value) => ({ value, timeMs: time }))
    expect(decode(1, writeRequest1([{ labels: up, samples }]), blocks)).toMatchObject({ accepted: 4, rejected: 0 })
    const rows = rowsOf(blocks)['samples']?.map(({ ts, start_ts, value, flags }) => ({ ts, start_ts, value, flags }))
    expect(rows).toEqual(values.map((value) => ({ ts: BigInt(time), start_ts: 0n, value, flags: 0 })))
  },
)

test('series keep their ids whatever comes before and after them', () => {
  const blocks = open()
  const series = ['a', 'ab', 'b', 'abc'].map((job) => ({
    labels: [['__name__', 'up'] as const, ['job', job] as const],
    samples: [{ value: 1, timeMs }],
  }))
  const send = (order: readonly number[]): unknown[] => {
    decode(1, writeRequest1(order.flatMap((index) => series[index] ?? [])), blocks)
    return rowsOf(blocks)['samples']?.map((row) => row['series_id']) ?? []
  }
  const ids = send([0, 1, 2, 3])
  expect(new Set(ids).size).toBe(4)
  for (const order of [[0, 1, 2, 3], [0, 3, 2, 1], [1], [1, 0, 0, 2], [0, 1, 2, 3]])
    expect(send(order)).toEqual(order.map((index) => ids[index]))
})

test('ids of the same labels never change, because they are stored, and begin as all of their metric do', () => {
  const blocks = open()
  const native = { labels: up, histograms: [histogram] }
  const others = [
    [...up, ['zone', 'b'] as const],
    [['__name__', 'up'] as const, ['job', 'other'] as const],
  ].map((labels) => ({ labels, samples: [{ value: 1, timeMs }] }))
  decode(1, writeRequest1([{ labels: up, samples: [{ value: 1, timeMs }] }, native, ...others]), blocks)
  const ids = rowsOf(blocks)['series']?.map((row) => BigInt(String(row['series_id'])))
  expect(new Set(ids).size).toBe(4)
  expect(new Set(ids?.map((id) => id >> 56n)).size).toBe(1)
  expect(ids?.[0]).toBe(8_077_574_203_076_848_107n)
})

test('the bits of a staleness marker are kept', () => {
  const blocks = open()
  const series = [
    {
      labels: up,
      samples: [
        { value: 0x7ff0_0000_0000_0002n, timeMs },
        { value: Number.NaN, timeMs },
      ],
    },
  ]
  decode(1, writeRequest1(series), blocks)
  const [samples] = blocks.take().filter(({ table }) => table === 'samples')
  expect(Buffer.from(samples?.bytes ?? []).includes(Buffer.from('020000000000f07f', 'hex'))).toBe(true)
  expect(readRows(samples?.bytes ?? new Uint8Array()).map(({ flags }) => flags)).toEqual([1, 0])
})

const histogram: RequestHistogram = {
  timeMs,
  count: 21,
  sum: 12.5,
  schema: 3,
  zeroThreshold: 0.001,
  zeroCount: 3,
  positive: {
    spans: [
      [2, 2],
      [3, 1],
    ],
    deltas: [5, 1, 1],
  },
  negative: { spans: [[-4, 1]], counts: [9] },
}

test.each([1, 2] as const)('a native histogram of %i.0 becomes an exponential one', (version) => {
  const blocks = open()
  decode(version, write(version, [{ labels: up, histograms: [histogram] }]), blocks)
  const { series, histograms } = rowsOf(blocks)
  expect(series).toMatchObject([{ kind: 'exponential_histogram', temporality: 'cumulative' }])
  expect(histograms).toMatchObject([
    {
      ...{ ts: BigInt(timeMs), count: 21n, sum: 12.5, min: null, max: null, scale: 3, zero_count: 3n },
      ...{ zero_threshold: 0.001, positive_offset: 1, positive_counts: [5n, 6n, 0n, 0n, 0n, 7n] },
      ...{ negative_offset: -5, negative_counts: [9n], bounds: [], bucket_counts: [] },
    },
  ])
})

const custom: RequestHistogram = {
  ...{ timeMs, count: 4, sum: 8, schema: -53, bounds: [1, 2.5] },
  positive: { spans: [[1, 1]], deltas: [4] },
}

test('a histogram with bounds of its own keeps them', () => {
  const blocks = open()
  decode(2, write(2, [{ labels: up, histograms: [custom] }]), blocks)
  const { series, histograms } = rowsOf(blocks)
  expect(series).toMatchObject([{ kind: 'histogram' }])
  expect(histograms).toMatchObject([{ bounds: [1, 2.5], positive_counts: [] }])
  expect(String(histograms?.[0]?.['bucket_counts'])).toBe('0,4,0')
})

test.each([1, 2] as const)('an exemplar of %i.0 has its trace', (version) => {
  const blocks = open()
  const labels = [
    ['trace_id', '0af7651916cd43dd8448eb211c80319c'],
    ['span_id', 'no span id'],
    ['user', 'u1'],
  ] as const
  const exemplars = [{ labels, value: 0.25, timeMs }]
  const written = { samples: 0, histograms: 0, exemplars: 1 }
  expect(decode(version, write(version, [{ labels: up, exemplars }]), blocks)).toMatchObject({ accepted: 0, written })
  expect(rowsOf(blocks)['exemplars']).toMatchObject([
    {
      ...{ ts: BigInt(timeMs), value: 0.25, trace_id: labels[0][1], span_id: '0'.repeat(16) },
      attributes: labels.slice(1),
    },
  ])
})

function kindsOf(blocks: OpenBlocks): unknown {
  return (rowsOf(blocks)['series'] ?? []).map((row) =>
    ['metric', 'kind', 'unit', 'description'].map((column) => row[column]),
  )
}

const request = (name: string): RequestSeries => ({ labels: [['__name__', name]], samples: [{ value: 1, timeMs }] })

test('metadata of 1.0 is remembered, and rows that it changes are written again', () => {
  const blocks = open()
  const series = [request('http_requests_total'), request('load'), request('size_bytes')]
  decode(1, writeRequest1(series), blocks)
  expect(kindsOf(blocks)).toEqual([
    ['http_requests_total', 'sum', '', ''],
    ['load', 'gauge', '', ''],
    ['size_bytes', 'gauge', '', ''],
  ])
  const metadata: RequestMetadata[] = [
    { type: 2, family: 'size_bytes', help: 'How large.', unit: 'bytes' },
    { type: 1, family: 'http_requests', help: 'How many.', unit: 'requests' },
  ]
  const learnt = decode(1, writeRequest1([], metadata), blocks)
  expect(learnt).toMatchObject({ accepted: 0, rejected: 0 })
  decode(1, writeRequest1(series, metadata), blocks)
  expect(kindsOf(blocks)).toEqual([
    ['http_requests_total', 'sum', 'requests', 'How many.'],
    ['load', 'gauge', '', ''],
    ['size_bytes', 'gauge', 'bytes', 'How large.'],
  ])
  decode(1, writeRequest1(series, metadata), blocks)
  expect(kindsOf(blocks)).toEqual([])
})

test('metadata of 2.0 comes with its series', () => {
  const blocks = open()
  const metadata = { type: 1, help: 'How many.', unit: '' }
  decode(
    2,
    writeRequest2([
      { ...request('c_total'), metadata },
      { ...request('c'), metadata },
    ]),
    blocks,
  )
  expect(kindsOf(blocks)).toEqual([
    ['c_total', 'sum', '', 'How many.'],
    ['c', 'gauge', '', 'How many.'],
  ])
})

const good = { labels: up, samples: [{ value: 1, timeMs }] }
const many = Array.from({ length: 6 }, (_, i) => [`l${i}`, 'v'] as const)
const wrongCustom: [string, Partial<RequestHistogram>, string][] = [
  ['a bound that is no number', { bounds: [Number.NaN] }, 'its bounds do not ascend'],
  ['a bound twice', { bounds: [2, 2] }, 'its bounds do not ascend'],
  ['a bound of infinity', { bounds: [2, Number.POSITIVE_INFINITY] }, 'its bounds do not ascend'],
  ['bounds and zeros', { zeroCount: 1 }, 'and buckets beside them'],
  ['bounds and negative buckets', { negative: { spans: [[0, 1]], deltas: [1] } }, 'and buckets beside them'],
]
const wrong: [string, RequestSeries, number, string][] = [
  ['no name', { labels: [['job', 'x']], samples: [...good.samples, ...good.samples] }, 2, 'it has no __name__'],
  ['a label without a name', { ...good, labels: [...up, ['', 'x']] }, 1, 'one of its labels has no name'],
  ['a label twice', { ...good, labels: [...up, ['job', 'x']] }, 1, 'it has one label twice'],
  ['a label twice, apart', { ...good, labels: [...up.slice(2), ...up] }, 1, 'it has one label twice'],
  ['two names', { ...good, labels: [...up, ['__name__', 'x']] }, 1, 'it has one label twice'],
  ['too many labels', { ...good, labels: [...up, ...many] }, 1, 'it has more than 5 labels'],
  ['a time before 1970', { labels: up, samples: [{ value: 1, timeMs: -1 }] }, 1, 'is not from 1970 to 2199'],
  ['a time in 2200', { labels: up, samples: [{ value: 1, timeMs: Date.UTC(2200, 0) }] }, 1, 'is not from 1970 to 2199'],
  ['an unknown schema', { labels: up, histograms: [{ ...histogram, schema: 53 }] }, 1, 'its schema 53 is not known'],
  ...wrongCustom.map(([name, change, sentence]): [string, RequestSeries, number, string] => [
    name,
    { labels: up, histograms: [{ ...custom, ...change }] },
    1,
    sentence,
  ]),
  [
    'spans without counts',
    { labels: up, histograms: [{ ...histogram, positive: { spans: [[0, 2]], deltas: [1] } }] },
    1,
    'its spans have 2 buckets and there are 1 counts',
  ],
  [
    'spans too far apart',
    {
      labels: up,
      histograms: [
        {
          ...histogram,
          positive: {
            spans: [
              [0, 1],
              [2_000_000_000, 1],
            ],
            deltas: [1, 0],
          },
        },
      ],
    },
    1,
    'the limit is 20000',
  ],
  ...[Number.NaN, Number.POSITIVE_INFINITY, -0.5].map((count): (typeof wrong)[number] => [
    `a bucket of ${count}`,
    { labels: up, histograms: [{ ...histogram, positive: { spans: [[0, 1]], counts: [count] } }] },
    1,
    'one of its buckets has no number from 0 up',
  ]),
  [
    'a negative bucket',
    { labels: up, histograms: [{ ...histogram, positive: { spans: [[0, 1]], deltas: [-2] } }] },
    1,
    'one of its buckets has no number from 0 up',
  ],
]
test.each(wrong)('%s costs the record alone, in both versions', (_, series, rejected, sentence) => {
  for (const version of [1, 2] as const) {
    const blocks = open()
    const decoded = decode(version, write(version, [good, series, good]), blocks)
    expect(decoded).toMatchObject({ accepted: 2, rejected, reason: expect.stringContaining(sentence) })
    expect(rowsOf(blocks)['samples']).toHaveLength(2)
  }
})

test.each([1, 2] as const)(
  'counts with a fraction are kept as doubles, all of them, and said to be (%i.0)',
  (version) => {
    const real = { ...histogram, count: 3.5, positive: { spans: [[0, 2]] as [number, number][], counts: [2.5, 1] } }
    const blocks = open()
    expect(decode(version, write(version, [{ labels: up, histograms: [real, histogram] }]), blocks)).toMatchObject({
      accepted: 2,
    })
    const bits = (value: number): bigint => new BigUint64Array(Float64Array.of(value).buffer)[0] ?? 0n
    const [first, second] = rowsOf(blocks)['histograms'] ?? []
    expect(first).toMatchObject({ flags: realCountsFlag, count: bits(3.5), positive_counts: [bits(2.5), bits(1)] })
    expect(second).toMatchObject({ flags: 0 })
  },
)

test.each([1, 2] as const)('labels of %i.0 that are not UTF-8 cost their series alone', (version) => {
  const bad = [['__name__', 'up'] as const, ['zone', 'XX'] as const]
  for (const [bytes, accepted] of [
    ['ff41', 1],
    ['c3a4', 2],
  ] as const) {
    const body = write(version, [good, { ...good, labels: bad }])
    Buffer.from(bytes, 'hex').copy(body, Buffer.from(body).indexOf('XX'))
    const decoded = decode(version, body)
    expect(decoded).toMatchObject({ accepted, rejected: 2 - accepted })
    expect(decoded).toMatchObject({ reason: accepted === 2 ? '' : expect.stringContaining('not UTF-8') })
  }
})

test.each([
  ['ff', 'the bytes end inside a varint'],
  ['0a05', 'a length of 5 bytes goes beyond the end'],
  ['7a0161', '3 bytes hold nothing of it'],
])('bytes %s refuse the request and leave nothing behind', (hex) => {
  for (const version of [1, 2] as const) {
    const blocks = open()
    const body = Buffer.concat([write(version, [good]), Buffer.from('0d', 'hex'), Buffer.from(hex, 'hex')])
    expect(decode(version, body, blocks)).toMatchObject({
      refused: expect.stringContaining('Cannot decode remote write'),
    })
    expect(blocks.rows).toBe(0)
  }
})

test('a body of one version is refused as the other', () => {
  expect(decode(1, write(2, [good]))).toMatchObject({ refused: expect.stringContaining('Cannot decode') })
  expect(decode(2, write(1, [good]))).toMatchObject({ refused: expect.stringContaining('Cannot decode') })
})

test('any cut or changed byte is refused or rejected, never thrown, and columns stay even', () => {
  for (const version of [1, 2] as const) {
    const exemplars = [{ labels: [['trace_id', 'x']] as const, value: 1, timeMs }]
    const body = write(version, [
      { ...good, histograms: [histogram], exemplars, metadata: { type: 1, help: 'h', unit: 'u' } },
    ])
    const blocks = open()
    for (let at = 0; at < body.length; at += 1) {
      for (const flip of [0xff, 0x01, 0x80]) {
        const changed = Uint8Array.from(body, (byte, i) => (i === at ? byte ^ flip : byte))
        decode(version, changed, blocks)
        decode(version, body.slice(0, at), blocks)
        rowsOf(blocks)
      }
    }
  }
})

test('a row of a series is written again when the request that brought it was refused, or its block was lost', () => {
  const blocks = open()
  const body = writeRequest1([good])
  expect(decode(1, Buffer.concat([body, Buffer.from([0x0a])]), blocks)).toHaveProperty('refused')
  for (const expected of [1, 0]) {
    decode(1, body, blocks)
    expect(rowsOf(blocks)['series'] ?? []).toHaveLength(expected)
  }
  blocks.forgetKnown()
  decode(1, body, blocks)
  expect(rowsOf(blocks)['series']).toHaveLength(1)
})

test('more series than are remembered, and days between them, each have their row', () => {
  const blocks = open()
  const series = Array.from({ length: 3000 }, (_, i) => ({
    labels: [['__name__', `m${i}`]] as const,
    samples: good.samples,
  }))
  for (let round = 0; round < 2; round += 1) {
    decode(1, writeRequest1(series), blocks)
    const { samples } = rowsOf(blocks)
    expect(new Set(samples?.map((row) => row['series_id'])).size).toBe(3000)
  }
  const tomorrow = {
    labels: up,
    samples: [
      { value: 1, timeMs },
      { value: 2, timeMs: timeMs + 86_400_000 },
    ],
  }
  decode(1, writeRequest1([tomorrow]), blocks)
  expect(rowsOf(blocks)['series']).toHaveLength(2)
})
