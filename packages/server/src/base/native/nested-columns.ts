import type { BlockBytes } from './block-bytes.ts'
import type { Column } from './column.ts'
import { type Float64Column, Word64Column } from './fixed-columns.ts'
import { LowCardinalityColumn } from './low-cardinality-column.ts'
import { anywhere } from './room.ts'
import { StringColumn } from './string-column.ts'

/**
 * Columns of many values a row: the values stand in columns of their own, and for each row there is a running
 * total of how many there are (an end, not a length). A row is made by appending its values and then `endRow`.
 */

/** Map(LowCardinality(String), String). Repeated keys are kept. */
export class MapColumn implements Column {
  readonly keys: LowCardinalityColumn
  readonly values: StringColumn
  /** For each row how many entries there are up to its end. */
  readonly ends: Word64Column

  constructor(room = anywhere) {
    this.keys = new LowCardinalityColumn(room)
    this.values = new StringColumn(room)
    this.ends = new Word64Column(room)
  }

  get count(): number {
    return this.ends.count
  }

  endRow(): void {
    this.ends.append(this.keys.count, 0)
  }

  /** Values that are in no row yet belong to the first of these; so they do in all columns of many values. */
  fill(rows: number): void {
    this.ends.fill(rows, this.keys.count)
  }

  size(): number {
    return this.ends.size() + this.keys.size() + this.values.size()
  }

  mark(): void {
    this.values.mark()
  }

  /** Also forgets values that were appended to a row that has not been ended. */
  truncate(rows: number): void {
    if (rows > this.count) return
    const values = rows === 0 ? 0 : this.ends.low(rows - 1)
    this.ends.truncate(rows)
    this.keys.truncate(values)
    this.values.truncate(values)
  }

  writePrefix(out: BlockBytes): void {
    this.keys.writePrefix(out)
  }

  writeBody(out: BlockBytes): void {
    this.ends.writeBody(out)
    this.keys.writeBody(out)
    this.values.writeBody(out)
  }
}

/** Array of one column: Array(UInt64), Array(Float64). */
export class ArrayColumn<Values extends Word64Column | Float64Column> implements Column {
  readonly values: Values
  readonly #ends = new Word64Column()

  constructor(values: Values) {
    this.values = values
  }

  get count(): number {
    return this.#ends.count
  }

  /** Where the values of the open row begin. */
  get open(): number {
    return this.count === 0 ? 0 : this.#ends.low(this.count - 1)
  }

  endRow(): void {
    this.#ends.append(this.values.count, 0)
  }

  fill(rows: number): void {
    this.#ends.fill(rows, this.values.count)
  }

  size(): number {
    return this.#ends.size() + this.values.size()
  }

  mark(): void {}

  truncate(rows: number): void {
    if (rows > this.count) return
    const values = rows === 0 ? 0 : this.#ends.low(rows - 1)
    this.#ends.truncate(rows)
    this.values.truncate(values)
  }

  writePrefix(): void {}

  writeBody(out: BlockBytes): void {
    this.#ends.writeBody(out)
    this.values.writeBody(out)
  }
}

/** Array(Tuple(...)): the ends, and one column for each element of the tuple. */
export class TuplesColumn<Elements> implements Column {
  readonly elements: Elements
  readonly #list: readonly Column[]
  readonly #ends = new Word64Column()

  /** `list` has the columns of `elements` in the order of the tuple. */
  constructor(elements: Elements, list: readonly Column[]) {
    this.elements = elements
    this.#list = list
  }

  get count(): number {
    return this.#ends.count
  }

  /** Tuples so far, those of the open row included. */
  get tuples(): number {
    return this.#list[0]?.count ?? 0
  }

  endRow(): void {
    this.#ends.append(this.tuples, 0)
  }

  fill(rows: number): void {
    this.#ends.fill(rows, this.tuples)
  }

  size(): number {
    return this.#list.reduce((sum, column) => sum + column.size(), this.#ends.size())
  }

  mark(): void {
    for (const column of this.#list) column.mark()
  }

  /** Also forgets what was appended to a row, or a tuple, that has not been ended. */
  truncate(rows: number): void {
    if (rows > this.count) return
    const tuples = rows === 0 ? 0 : this.#ends.low(rows - 1)
    this.#ends.truncate(rows)
    for (const column of this.#list) column.truncate(tuples)
  }

  writePrefix(out: BlockBytes): void {
    for (const column of this.#list) column.writePrefix(out)
  }

  writeBody(out: BlockBytes): void {
    this.#ends.writeBody(out)
    for (const column of this.#list) column.writeBody(out)
  }
}
