import { expect, test } from 'vitest'
import { randomOf } from '../../../../protocol/src/random.case.ts'
import { type NativeValue, readBlocks, readRows } from './read-blocks.ts'
import { TableBlock } from './table-block.ts'

const utf8 = new TextEncoder()
const view = (text: string): DataView => new DataView(utf8.encode(text).buffer)

const list = [
  ['small', 'UInt8'],
  ['word', 'Int32'],
  ['wide', 'UInt64'],
  ['number', 'Float64'],
  ['maybe', 'Nullable(Float64)'],
  ['id', 'FixedString(8)'],
  ['text', 'String'],
  ['name', 'LowCardinality(String)'],
  ['pairs', 'Map(LowCardinality(String), String)'],
  ['counts', 'Array(UInt64)'],
  [
    'events',
    "Array(Tuple(ts DateTime64(9, 'UTC'), name LowCardinality(String), more Map(LowCardinality(String), String)))",
  ],
] as const
type Block = TableBlock<typeof list>

type Row = Record<string, NativeValue>

/** A row of which only the first column is appended. */
const nothing: Row = {
  ...{ small: 1, word: 0, wide: 0n, number: 0, maybe: null, id: '0000000000000000', text: '', name: '' },
  ...{ pairs: [], counts: [], events: [] },
}

/** Appends a row made from numbers and answers what must be read back. */
function appendRow({ columns, rows }: Block, random: () => number): Row {
  for (const column of Object.values(columns)) column.fill(rows)
  const words = Array.from({ length: Math.floor(random() * 4) }, () => `word-${Math.floor(random() * 40)}`)
  const big = Math.floor(random() * 2 ** 31)
  const text = words.join(' ').repeat(1 + Math.floor(random() * 20))
  columns.small.append(big & 255)
  columns.word.append(-big)
  columns.wide.append(big, big)
  columns.number.append(big / 3)
  if (words.length === 0) columns.maybe.appendNull()
  else columns.maybe.append(big)
  columns.id.append(view('12345678'), 0)
  columns.text.append(view(text), 0, utf8.encode(text).length)
  columns.name.append(view(words[0] ?? ''), 0, (words[0] ?? '').length)
  for (const word of words) {
    columns.pairs.keys.append(view(word), 0, word.length)
    columns.pairs.values.append(view(text), 0, text.length)
    columns.counts.values.append(word.length, 0)
    columns.events.elements.ts.append(big, 0)
    columns.events.elements.name.append(view(word), 0, word.length)
    columns.events.elements.more.keys.append(view(word), 0, word.length)
    columns.events.elements.more.values.append(view('v'), 0, 1)
    columns.events.elements.more.endRow()
  }
  columns.pairs.endRow()
  columns.counts.endRow()
  columns.events.endRow()
  return {
    small: big & 255,
    word: -big,
    wide: BigInt(big) * 4_294_967_297n,
    number: big / 3,
    maybe: words.length === 0 ? null : big,
    id: '3132333435363738',
    text,
    name: words[0] ?? '',
    pairs: words.map((word) => [word, text]),
    counts: words.map((word) => BigInt(word.length)),
    events: words.map((word) => ({ ts: BigInt(big), name: word, more: [[word, 'v']] })),
  }
}

test.each([1, 2, 3])('rows that stay are read back, whatever was truncated between them (seed %i)', (seed) => {
  const { number: random } = randomOf(seed)
  const block = new TableBlock(list)
  for (let take = 0; take < 3; take += 1) {
    let rows: Row[] = []
    let marked = 0
    for (let step = 0; step < 2_000; step += 1) {
      const dice = random()
      if (dice < 0.02) {
        block.mark()
        marked = rows.length
      } else if (dice < 0.2) {
        const kept = dice < 0.03 ? marked : Math.max(marked, rows.length - Math.floor(random() * 3))
        // A row that was begun and not ended goes with the rest.
        block.columns.pairs.fill(block.rows)
        block.columns.pairs.keys.append(view('unfinished'), 0, 10)
        block.columns.pairs.values.append(view('unfinished'), 0, 10)
        block.truncate(kept)
        rows = rows.slice(0, kept)
      } else if (dice < 0.5) {
        block.columns.small.append(1)
        rows.push(nothing)
      } else rows.push(appendRow(block, random))
    }
    block.fill()
    const size = block.bytes
    const bytes = block.take()
    expect(bytes.length).toBe(size)
    expect(readRows(bytes)).toEqual(rows)
    expect(block.rows).toBe(0)
  }
})

test.each([1, 256, 257, 65_536, 65_537])('a dictionary of %i keys has indexes as wide as it needs', (keys) => {
  const block = new TableBlock([['name', 'LowCardinality(String)']])
  for (let i = 0; i < keys; i += 1) block.columns.name.append(view(`k${i}`), 0, `k${i}`.length)
  block.columns.name.append(view('k0'), 0, 2)
  const [read] = readBlocks(block.take())
  expect(read?.columns['name']?.length).toBe(keys + 1)
  expect(read?.columns['name']?.slice(-2)).toEqual([`k${keys - 1}`, 'k0'])
})

test('a dictionary that once was huge grows again', () => {
  const block = new TableBlock([['name', 'LowCardinality(String)']])
  for (const keys of [40_000, 100, 3_000]) {
    for (let i = 0; i < keys; i += 1) block.columns.name.append(view(`k${i}`), 0, `k${i}`.length)
    expect(readRows(block.take())).toHaveLength(keys)
  }
})

test('one value of a dictionary stands in many rows', () => {
  const block = new TableBlock([['name', 'LowCardinality(String)']])
  block.columns.name.append(view('a'), 0, 1)
  block.columns.name.repeat(300)
  block.columns.name.fill(301)
  const names = readRows(block.take()).map(({ name }) => name)
  expect(names).toEqual([...Array.from({ length: 300 }, () => 'a'), ''])
})

test('empty maps and arrays have no dictionary in the block', () => {
  const block = new TableBlock([
    ['pairs', 'Map(LowCardinality(String), String)'],
    ['after', 'UInt8'],
  ])
  block.columns.pairs.endRow()
  block.columns.after.append(7)
  expect(readRows(block.take())).toEqual([{ pairs: [], after: 7 }])
})

test('a block is laid out as the engine reads it', () => {
  const block = new TableBlock([['a', 'UInt8']])
  block.columns.a.append(7)
  block.columns.a.append(9)
  expect(Buffer.from(block.take()).toString('hex')).toBe('01020161' + '0555496e7438' + '0709')
})

test('a column that was forgotten in a row is found when the block is taken', () => {
  const block = new TableBlock([
    ['a', 'UInt8'],
    ['b', 'UInt8'],
  ])
  block.columns.a.append(1)
  expect(() => block.take()).toThrow('column 1 has 0 rows instead of 1')
})

test('the bits of a NaN stay what they are while its column grows', () => {
  const block = new TableBlock([['v', 'Float64']])
  for (let i = 0; i < 1_000; i += 1) block.columns.v.appendBits(2, 0x7ff0_0000)
  expect(Buffer.from(block.take()).subarray(-8).toString('hex')).toBe('020000000000f07f')
})

test('torn bytes are not read as a block', () => {
  const block = new TableBlock([['a', 'String']])
  block.columns.a.append(view('hello'), 0, 5)
  const bytes = block.take()
  expect(() => readBlocks(bytes.subarray(0, -1))).toThrow('Cannot read a block')
})
