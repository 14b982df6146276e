import { isAscii } from 'node:buffer'
import { BlockInput } from './block-input.ts'

/**
 * Columns of texts out of Native blocks: `String`, `LowCardinality(String)` and arrays of either, and beside them ids, `UInt64`. Ten thousand rows of a few
 * short texts cost a third of what printing them as JSON and parsing that costs, and rows that have the same list of
 * low cardinality one after the other (the keys of attributes) share one array.
 */
export type TextColumns = {
  rows: number
  /** Empty where there is no column of that name. */
  texts(name: string): readonly string[]
  lists(name: string): readonly (readonly string[])[]
  /** Numbers in two words each, the low one first. */
  words(name: string): Uint32Array
}

type Column = { texts: string[]; lists: (readonly string[])[]; words: Uint32Array }
const noWords = new Uint32Array(0)

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
      const column = columns.get(name) ?? { texts: [], lists: [], words: noWords }
      columns.set(name, column)
      if (inBlock > 0) readColumn(input, name, type, inBlock, column)
    }
  }
  return {
    rows,
    texts: (name) => columns.get(name)?.texts ?? [],
    lists: (name) => columns.get(name)?.lists ?? [],
    words: (name) => columns.get(name)?.words ?? noWords,
  }
}

function readColumn(input: Input, name: string, type: string, rows: number, column: Column): void {
  if (type === 'String') column.texts = joined(column.texts, input.texts(rows))
  else if (type === 'LowCardinality(String)') {
    input.skip(prefixLength)
    column.texts = joined(column.texts, wordsOf(readDictionary(input, rows)))
  } else if (type === 'Array(String)') column.lists = joined(column.lists, readLists(input, rows))
  else if (type === 'Array(LowCardinality(String))') {
    input.skip(prefixLength)
    column.lists = joined(column.lists, readSharedLists(input, rows))
  } else if (type === 'UInt64') column.words = joinedWords(column.words, input.numbers(2 * rows, 4))
  else throw new Error(`Cannot read the column ${name}: ${type} is no column of texts`)
}

/** The version of LowCardinality's keys. */
const prefixLength = 8

/** Mostly there is one block. */
const joined = <Value>(before: Value[], values: Value[]): Value[] =>
  before.length === 0 ? values : before.concat(values)

function joinedWords(before: Uint32Array, words: Uint32Array): Uint32Array {
  if (before.length === 0) return words
  const all = new Uint32Array(before.length + words.length)
  all.set(before)
  all.set(words, before.length)
  return all
}

type Dictionary = { keys: readonly string[]; at: Uint32Array }

function readDictionary(input: Input, count: number): Dictionary {
  // Of no values nothing is written.
  if (count === 0) return { keys: [], at: new Uint32Array(0) }
  const width = 2 ** (input.number64() % 256)
  const keys = input.texts(input.number64())
  return { keys, at: input.numbers(input.number64(), width) }
}

function wordsOf({ keys, at }: Dictionary): string[] {
  const words = new Array<string>(at.length)
  for (let i = 0; i < at.length; i++) words[i] = keys[at[i] ?? 0] ?? ''
  return words
}

function readLists(input: Input, rows: number): string[][] {
  const ends = input.numbers(rows, 8)
  const texts = input.texts(ends[rows - 1] ?? 0)
  const lists = new Array<string[]>(rows)
  for (let row = 0; row < rows; row++) lists[row] = texts.slice(ends[row - 1] ?? 0, ends[row])
  return lists
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

  /** Cut out of one text, which costs a fifth of making each out of its bytes. */
  texts(count: number): string[] {
    const first = this.at
    const ends = new Uint32Array(2 * count)
    for (let i = 0; i < count; i++) {
      const length = this.varint()
      ends[2 * i] = this.skip(length)
      ends[2 * i + 1] = this.at
    }
    const bytes = this.bytes
    const texts = new Array<string>(count)
    const isPlain = isAscii(bytes.subarray(first, this.at))
    const all = isPlain ? bytes.toString('latin1', first, this.at) : ''
    for (let i = 0; i < count; i++) {
      const from = ends[2 * i] ?? 0
      const to = ends[2 * i + 1] ?? 0
      texts[i] = isPlain ? all.slice(from - first, to - first) : bytes.toString('utf8', from, to)
    }
    return texts
  }
}
