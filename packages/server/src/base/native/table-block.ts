import { BlockBytes, lengthAndText, varintSize } from './block-bytes.ts'
import type { Column } from './column.ts'
import {
  ByteColumn,
  FixedStringColumn,
  Float64Column,
  NullableFloat64Column,
  Word32Column,
  Word64Column,
} from './fixed-columns.ts'
import { LowCardinalityColumn } from './low-cardinality-column.ts'
import { ArrayColumn, MapColumn, TuplesColumn } from './nested-columns.ts'
import { anywhere, type Room } from './room.ts'
import { StringColumn } from './string-column.ts'
import { splitTopLevel } from './type-text.ts'

/** The builder for each type that a table may have, worked out from the text of the type. */
export type ColumnOf<Type extends string> = Type extends 'UInt8' | 'Bool'
  ? ByteColumn
  : Type extends 'UInt32' | 'Int32' | 'Date32'
    ? Word32Column
    : Type extends 'UInt64' | 'Int64' | `DateTime64(${string})`
      ? Word64Column
      : Type extends 'Float64'
        ? Float64Column
        : Type extends 'Nullable(Float64)'
          ? NullableFloat64Column
          : Type extends `FixedString(${string})`
            ? FixedStringColumn
            : Type extends 'String'
              ? StringColumn
              : Type extends 'LowCardinality(String)'
                ? LowCardinalityColumn
                : Type extends 'Map(LowCardinality(String), String)'
                  ? MapColumn
                  : Type extends 'Array(UInt64)'
                    ? ArrayColumn<Word64Column>
                    : Type extends 'Array(Float64)'
                      ? ArrayColumn<Float64Column>
                      : Type extends `Array(Tuple(${infer Elements}))`
                        ? TuplesColumn<ElementsOf<Elements>>
                        : never

/** Types that may stand in a tuple: the text of a type holds commas, so they must be known to be told apart. */
type ElementType =
  | 'UInt32'
  | 'String'
  | 'LowCardinality(String)'
  | 'Map(LowCardinality(String), String)'
  | "DateTime64(9, 'UTC')"
  | 'FixedString(16)'
  | 'FixedString(8)'
type First<Text, Type extends ElementType = ElementType> = Type extends ElementType
  ? Text extends Type
    ? [Type, '']
    : Text extends `${Type}, ${infer Rest}`
      ? [Type, Rest]
      : never
  : never
type ElementsOf<Text extends string> = Text extends `${infer Name} ${infer After}`
  ? First<After> extends [infer Type extends string, infer Rest extends string]
    ? { [Key in Name]: ColumnOf<Type> } & ElementsOf<Rest>
    : never
  : unknown

export type ColumnList = readonly (readonly [name: string, type: string])[]
export type ColumnsOf<List extends ColumnList> = { [Entry in List[number] as Entry[0]]: ColumnOf<Entry[1]> }

/**
 * The rows of one table as they grow, one builder for each column. Whoever appends a row appends to every column
 * once, or leaves out what is nothing and says `fill` when all rows of a request are there; `truncate` takes back a row that was begun, and `take` makes the complete Native block:
 *
 *   varint columns, varint rows, then for each column: name, type, prefixes, body
 */
export class TableBlock<const List extends ColumnList> {
  readonly columns: ColumnsOf<List>
  readonly #list: readonly Column[]
  readonly #headings: readonly Uint8Array[]
  readonly #first: Column

  /** `room` is where the columns keep what they hold. */
  constructor(list: List, room = anywhere) {
    const entries = list.map(([name, type]) => [name, columnOf(type, room)] as const)
    this.#list = entries.map(([, column]) => column)
    this.#first = this.#list[0]!
    this.#headings = list.map(([name, type]) => joined(lengthAndText(name), lengthAndText(type)))
    // The one place where the type of a column's text and its builder meet: `columnOf` and `ColumnOf` say the same.
    this.columns = Object.fromEntries(entries) as ColumnsOf<List>
  }

  get rows(): number {
    return this.#first.count
  }

  /** Size of the block that `take` would make. */
  get bytes(): number {
    let size = 0
    for (const column of this.#list) size += column.size()
    for (const heading of this.#headings) size += heading.length
    return size + varintSize(this.#list.length) + varintSize(this.rows)
  }

  mark(): void {
    // Most tables are empty most of the time, and there is one mark a request.
    if (this.rows === 0) return
    for (const column of this.#list) column.mark()
  }

  /** Ends the rows: what was not appended to them is nothing. The first column has something for each. */
  fill(): void {
    for (const column of this.#list) column.fill(this.rows)
  }

  truncate(rows: number): void {
    for (const column of this.#list) column.truncate(rows)
  }

  /** The block of all rows, which are forgotten. */
  take(): Uint8Array<ArrayBuffer> {
    const out = new BlockBytes(this.bytes)
    out.varint(this.#list.length)
    out.varint(this.rows)
    this.#list.forEach((column, index) => {
      if (column.count !== this.rows)
        throw new Error(`column ${index} has ${column.count} rows instead of ${this.rows}`)
      const heading = this.#headings[index]!
      out.put(heading, heading.length)
      column.writePrefix(out)
      column.writeBody(out)
    })
    if (out.at !== out.bytes.length) throw new Error(`a block of ${out.bytes.length} bytes was filled to ${out.at}`)
    this.truncate(0)
    return out.bytes
  }
}

function columnOf(type: string, room: Room): Column {
  const fixed = /^FixedString\((\d+)\)$/.exec(type)
  if (fixed) return new FixedStringColumn(Number(fixed[1]), room)
  if (type.startsWith('Array(Tuple(')) {
    const elements = elementsOf(type, room)
    return new TuplesColumn(elements, Object.values(elements))
  }
  if (type.startsWith('DateTime64(')) return new Word64Column(room)
  const create = simple[type]
  if (create === undefined) throw new Error(`there is no column builder for the type ${type}`)
  return create(room)
}

const simple: Readonly<Record<string, (room: Room) => Column>> = {
  UInt8: (room) => new ByteColumn(room),
  Bool: (room) => new ByteColumn(room),
  UInt32: (room) => new Word32Column(room),
  Int32: (room) => new Word32Column(room),
  Date32: (room) => new Word32Column(room),
  UInt64: (room) => new Word64Column(room),
  Int64: (room) => new Word64Column(room),
  Float64: (room) => new Float64Column(room),
  'Nullable(Float64)': () => new NullableFloat64Column(),
  String: (room) => new StringColumn(room),
  'LowCardinality(String)': (room) => new LowCardinalityColumn(room),
  'Map(LowCardinality(String), String)': (room) => new MapColumn(room),
  'Array(UInt64)': () => new ArrayColumn(new Word64Column()),
  'Array(Float64)': () => new ArrayColumn(new Float64Column()),
}

function elementsOf(type: string, room: Room): Record<string, Column> {
  const elements = splitTopLevel(type.slice('Array(Tuple('.length, -2))
  return Object.fromEntries(
    elements.map((element) => {
      const space = element.indexOf(' ')
      return [element.slice(0, space), columnOf(element.slice(space + 1), room)]
    }),
  )
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
