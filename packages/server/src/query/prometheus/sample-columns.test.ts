import { expect, test } from 'vitest'
import type { PlainBlock } from '../../base/native/read-plain-columns.ts'
import { staleSample } from '../promql/evaluate/series-source.ts'
import { SampleRuns, type SeriesColumns, uniteSamples } from './sample-columns.ts'

/** A staleness marker, which a number does not keep the bits of. */
const marker = 'marker'
type Row = [key: number, offsetMs: number, value: number | typeof marker]

function blockOf(rows: readonly Row[]): PlainBlock {
  const keys = Uint32Array.from(rows, ([key]) => key)
  const offsets = Uint32Array.from(rows, ([, offset]) => offset)
  const values = new DataView(new ArrayBuffer(8 * rows.length))
  for (const [i, [, , value]] of rows.entries())
    if (value === marker) values.setBigUint64(8 * i, 0x7ff0000000000002n, true)
    else values.setFloat64(8 * i, value, true)
  const columns: Record<string, ArrayBufferLike> = { key: keys.buffer, t: offsets.buffer, v: values.buffer }
  return { rows: rows.length, column: (name) => new Uint8Array(columns[name] ?? new ArrayBuffer(0)) }
}

/** The series with key 7, of what came in these blocks. */
function read(...blocks: Row[][]): SeriesColumns {
  const runs = new SampleRuns(0)
  for (const rows of blocks) runs.add(blockOf(rows))
  const [columns] = runs.columns(new Map([[7, 0]]), 1)
  if (columns === undefined) throw new Error('one series was asked for')
  return columns
}

test.each<[string, Row[][], boolean]>([
  [
    'values that rise or stay',
    [
      [
        [7, 0, -1],
        [7, 1, 0],
        [7, 2, 0],
        [7, 3, 9],
      ],
    ],
    true,
  ],
  [
    'a value less than the one before it',
    [
      [
        [7, 0, 5],
        [7, 1, 6],
        [7, 2, 1],
      ],
    ],
    false,
  ],
  [
    'a value that is no number',
    [
      [
        [7, 0, 5],
        [7, 1, Number.NaN],
        [7, 2, 6],
      ],
    ],
    false,
  ],
  ['one value that is no number', [[[7, 0, Number.NaN]]], false],
  [
    'another series that falls',
    [
      [
        [7, 0, 5],
        [7, 1, 6],
        [9, 0, 4],
        [9, 1, 3],
      ],
    ],
    true,
  ],
  [
    'two pieces, which nobody looked between',
    [
      [
        [7, 0, 5],
        [7, 1, 6],
      ],
      [
        [7, 2, 7],
        [7, 3, 8],
      ],
    ],
    false,
  ],
])('whether a series never falls is told of %s', (_, blocks, neverFalls) => {
  expect(read(...blocks).neverFalls).toBe(neverFalls)
})

test('markers are found wherever they stand, also where the other series only rise', () => {
  const rising: Row[] = [
    [9, 0, 1],
    [9, 1, 2],
  ]
  expect(read([...rising, [7, 0, 1], [7, 1, marker], [7, 2, 3]]).kinds).toEqual(Uint8Array.of(0, staleSample, 0))
  expect(read(rising, [[7, 0, marker]]).kinds).toEqual(Uint8Array.of(staleSample))
  expect(read(rising, [[7, 0, 1]]).kinds).toBeUndefined()
})

test('a series that went on rising from what was read before to what came since never falls', () => {
  const before = read([
    [7, 0, 1],
    [7, 1, 2],
  ])
  const since = (value: number): SeriesColumns =>
    read([
      [7, 2, value],
      [7, 3, 9],
    ])
  expect(uniteSamples([before], [since(2)])[0]?.neverFalls).toBe(true)
  expect(uniteSamples([before], [since(1)])[0]?.neverFalls).toBe(false)
})
