import { isAscii } from 'node:buffer'
import { BlockInput } from './block-input.ts'
import { joinedNumbers, TextLists, type Texts } from './text-lists.ts'

/**
 * Columns of texts out of Native blocks: `String`, `LowCardinality(String)` and arrays of either, and beside them ids, `UInt64`. Ten thousand rows of a few
 * short texts cost a third of what printing them as JSON and parsing that costs, and rows that have the same list of
 * low cardinality one after the other (the keys of attributes) share one array.
 */
export type TextColumns = {
  rows: number
  /** Empty where there is no column of that name. */
  texts(name: string): readonly string[]
  /** Of low cardinality. */
  words(name: string): readonly (readonly string[])[]
  lists(name: string): TextLists
  /** Numbers in two words each, the low one first. */
  numbers(name: string): Uint32Array
}

type Column = { texts: string[]; words: (readonly string[])[]; lists: TextLists; numbers: Uint32Array }

/** Throws when the bytes are not whole blocks of these types: they are our own, so that would be a bug. */
export function readTextColumns(bytes: Uint8Array): TextColumns {
  const input = new Input(bytes)
  const columns = new Map<string, Column>()
  let rows = 0
  while (!input.isAtEnd) {
    const count = input.varint()
    const inBlock = input.varint()
    rows += inBlock
    for (let i = 0; i < count; i++) {
      const name = input.text()
      const type = input.text()
      const column = columns.get(name) ?? emptyColumn()
      columns.set(name, column)
      if (inBlock > 0) readColumn(input, name, type, inBlock, column)
    }
  }
  return {
    rows,
    texts: (name) => columns.get(name)?.texts ?? [],
    words: (name) => columns.get(name)?.words ?? [],
    lists: (name) => columns.get(name)?.lists ?? new TextLists(),
    numbers: (name) => columns.get(name)?.numbers ?? noNumbers,
  }
}

const noNumbers = new Uint32Array(0)
const emptyColumn = (): Column => ({ texts: [], words: [], lists: new TextLists(), numbers: noNumbers })

function readColumn(input: Input, name: string, type: string, rows: number, column: Column): void {
  if (type === 'String') column.texts = joined(column.texts, textsOf(input, rows))
  else if (type === 'LowCardinality(String)') {
    input.skip(prefixLength)
    column.texts = joined(column.texts, wordsOf(readDictionary(input, rows)))
  } else if (type === 'Array(String)') readLists(input, rows, column.lists)
  else if (type === 'Array(LowCardinality(String))') {
    input.skip(prefixLength)
    column.words = joined(column.words, readSharedLists(input, rows))
  } else if (type === 'UInt64') column.numbers = joinedNumbers(column.numbers, input.numbers(2 * rows, 4), 0)
  else throw new Error(`Cannot read the column ${name}: ${type} is no column of texts`)
}

/** The version of LowCardinality's keys. */
const prefixLength = 8

/** Mostly there is one block. */
const joined = <Value>(before: Value[], values: Value[]): Value[] =>
  before.length === 0 ? values : before.concat(values)

type Dictionary = { keys: readonly string[]; at: Uint32Array }

function readDictionary(input: Input, count: number): Dictionary {
  // Of no values nothing is written.
  if (count === 0) return { keys: [], at: new Uint32Array(0) }
  const width = 2 ** (input.number64() % 256)
  const keys = textsOf(input, input.number64())
  return { keys, at: input.numbers(input.number64(), width) }
}

function wordsOf({ keys, at }: Dictionary): string[] {
  const words = new Array<string>(at.length)
  for (let i = 0; i < at.length; i++) words[i] = keys[at[i] ?? 0] ?? ''
  return words
}

function readLists(input: Input, rows: number, into: TextLists): void {
  const ends = input.numbers(rows, 8)
  into.add(ends, input.texts(ends[rows - 1] ?? 0))
}

function textsOf(input: Input, count: number): string[] {
  const { all, borders } = input.texts(count)
  const texts = new Array<string>(count)
  for (let i = 0; i < count; i++) texts[i] = all.slice(borders[2 * i], borders[2 * i + 1])
  return texts
}

function readSharedLists(input: Input, rows: number): (readonly string[])[] {
  const ends = input.numbers(rows, 8)
  const { keys, at } = readDictionary(input, ends[rows - 1] ?? 0)
  const lists = new Array<readonly string[]>(rows)
  let last: readonly string[] = []
  let lastFrom = 0
  for (let row = 0; row < rows; row++) {
    const from = ends[row - 1] ?? 0
    const length = (ends[row] ?? 0) - from
    let isSame = length === last.length
    for (let i = 0; isSame && i < length; i++) isSame = at[from + i] === at[lastFrom + i]
    if (!isSame) last = Array.from(at.subarray(from, from + length), (index) => keys[index] ?? '')
    lastFrom = from
    lists[row] = last
  }
  return lists
}

class Input extends BlockInput {
  /** Of 1, 2, 4 or 8 bytes each; the value has to fit 32 bits. */
  numbers(count: number, width: number): Uint32Array {
    const from = this.skip(count * width)
    const bytes = this.bytes
    const view = new DataView(bytes.buffer, bytes.byteOffset + from, count * width)
    const numbers = new Uint32Array(count)
    for (let i = 0; i < count; i++)
      numbers[i] =
        width === 1 ? view.getUint8(i) : width === 2 ? view.getUint16(2 * i, true) : view.getUint32(i * width, true)
    return numbers
  }

  /** To be cut out of one text, which costs a fifth of making each out of its bytes. */
  texts(count: number): Texts {
    const first = this.at
    const borders = new Uint32Array(2 * count)
    for (let i = 0; i < count; i++) {
      const length = this.varint()
      borders[2 * i] = this.skip(length) - first
      borders[2 * i + 1] = this.at - first
    }
    const bytes = this.bytes.subarray(first, this.at)
    return isAscii(bytes) ? { all: bytes.toString('latin1'), borders } : joinedTexts(bytes, borders)
  }
}

/** Letters take more than a byte: borders are counted anew. */
function joinedTexts(bytes: Buffer, borders: Uint32Array): Texts {
  let all = ''
  const moved = new Uint32Array(borders.length)
  for (let i = 0; i < borders.length; i += 2) {
    moved[i] = all.length
    all += bytes.toString('utf8', borders[i], borders[i + 1])
    moved[i + 1] = all.length
  }
  return { all, borders: moved }
}
