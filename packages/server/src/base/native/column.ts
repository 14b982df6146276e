import type { BlockBytes } from './block-bytes.ts'

/**
 * What every column builder can do besides appending, which each does in its own way. Builders hold the bytes of
 * the block's wire format (ClickHouse `Native`) as they grow, so that taking a block is little more than copying.
 */
export interface Column {
  /** Rows appended so far. */
  readonly count: number
  /** Bytes that prefix and body take in a block, exactly. */
  size(): number
  /**
   * Appends what stands for nothing (0, an empty text, no tuples) until there are `rows`. What is nothing in most rows
   * need not be appended to each: whoever has something for a row fills up to it first, and `TableBlock.fill` ends it.
   */
  fill(rows: number): void
  /** Says that rows will not be truncated below the present count for a while, which makes truncating cheaper. */
  mark(): void
  /** Forgets all rows from `rows` on, if there are that many. Cheap: in all, no more work than appending them was. */
  truncate(rows: number): void
  /** All prefixes of a column stand before any of its bodies, whatever it is nested in. */
  writePrefix(out: BlockBytes): void
  writeBody(out: BlockBytes): void
}
