import type { Cost } from '@wakeline/protocol'
import { type NumberRows, readNumberRows } from '../base/native/read-columns.ts'
import { type PlainBlock, readPlainBlocks } from '../base/native/read-plain-columns.ts'
import { readTextColumns, type TextColumns } from '../base/native/read-text-columns.ts'
import {
  type AnswerTable,
  QueryError,
  type Cost as ReadCost,
  type Reader,
  type ReadLimits,
  type ReadOptions,
} from '../store/store.ts'
import type { KnownOrigins } from './known-origins.ts'
import { render, type Sql } from './sql.ts'

/** One question in the making: runs its statements one after another and adds up what they cost. */
export type Running = {
  rows<Row>(fragment: Sql): Promise<Row[]>
  /** Native blocks, with columns of any types. */
  blocks(fragment: Sql): Promise<Uint8Array>
  /** Columns of texts and of lists of texts alone. */
  texts(fragment: Sql): Promise<TextColumns>
  /** Columns `UInt64` and `Array(Float64)` alone. */
  numbers(fragment: Sql): Promise<NumberRows>
  /** Columns `UInt32`, `UInt64` and `Float64` alone; up to `rowsMax` rows, which is the asker's own limit. Ends early when `leaving` fires. */
  plain(fragment: Sql, rowsMax: number, leaving?: AbortSignal): Promise<PlainBlock[]>
  /** The same for millions of rows: each block is taken while the engine reads the next. */
  plainStream(fragment: Sql, rowsMax: number, take: (block: PlainBlock) => void, leaving?: AbortSignal): Promise<void>
  /** SQL that someone typed, checked already. */
  typed(text: string): Promise<AnswerTable>
  cost(): Cost
  /** Until the question's time limit. */
  leftMs(): number
  /** Fires when nobody waits for the answer any more. */
  signal: AbortSignal
  knownOrigins: KnownOrigins
}

export type RunOptions = { signal?: AbortSignal | undefined }

export function startRunning(
  reader: Reader,
  limits: ReadLimits,
  knownOrigins: KnownOrigins,
  options: RunOptions,
): Running {
  const total: Cost = { rowsRead: 0, bytesRead: 0, elapsedMs: 0, sql: [] }
  const add = (cost: ReadCost, text: string): void => {
    total.rowsRead += cost.rowsRead
    total.bytesRead += cost.bytesRead
    total.elapsedMs += cost.elapsedMs
    total.sql.push(text)
  }
  // The limit is that of the whole question, however many statements it takes.
  const endMs = performance.now() + limits.timeoutMs
  const leftMs = (): number => endMs - performance.now()
  /** In the words of the whole question, with the limit it met. */
  const stopped = (error: unknown): never => {
    if (!(error instanceof QueryError)) throw error
    if (error.reason === 'timeout' && leftMs() <= 0) throw lateError(limits)
    const says = limitSentences(limits)[error.reason]
    throw says === undefined ? error : new QueryError(`Cannot answer this question: ${says}`, error.reason)
  }
  const readOptions = (): ReadOptions => {
    if (leftMs() <= 0) throw lateError(limits)
    return { signal: options.signal, limits: { ...limits, timeoutMs: leftMs() } }
  }
  const plainOptions = (rowsMax: number, leaving: AbortSignal | undefined): ReadOptions => {
    const { signal: outer, limits: usual } = readOptions()
    const signal = leaving === undefined || outer === undefined ? (leaving ?? outer) : AbortSignal.any([leaving, outer])
    return { signal, limits: { ...usual, rowsMax } }
  }
  const blocks = async (fragment: Sql): Promise<Uint8Array> => {
    const statement = render(fragment)
    const { bytes, cost } = await reader.blocks(statement, readOptions()).catch(stopped)
    add(cost, statement.sql)
    return bytes
  }
  return {
    leftMs,
    knownOrigins,
    signal: options.signal ?? new AbortController().signal,
    async rows<Row>(fragment: Sql): Promise<Row[]> {
      const statement = render(fragment)
      const { rows, cost } = await reader.rows<Row>(statement, readOptions()).catch(stopped)
      add(cost, statement.sql)
      return rows
    },
    blocks,
    texts: async (fragment) => readTextColumns(await blocks(fragment)),
    numbers: async (fragment) => readNumberRows(await blocks(fragment)),
    async plain(fragment, rowsMax, leaving) {
      const statement = render(fragment)
      const { bytes, cost } = await reader.blocks(statement, plainOptions(rowsMax, leaving)).catch(stopped)
      add(cost, statement.sql)
      return readPlainBlocks(bytes)
    },
    async plainStream(fragment, rowsMax, take, leaving) {
      const statement = render(fragment)
      const takeAll = (bytes: Uint8Array): void => readPlainBlocks(bytes).forEach(take)
      const reading = reader.stream(statement, takeAll, plainOptions(rowsMax, leaving))
      add(await reading.catch(stopped), statement.sql)
    },
    typed: (text) => reader.typed(text, readOptions()).catch(stopped),
    cost: () => ({ ...total, elapsedMs: Math.round(total.elapsedMs * 10) / 10 }),
  }
}

const lateError = ({ timeoutMs }: ReadLimits): QueryError =>
  new QueryError(
    `Cannot answer this question: it took longer than ${timeoutMs} ms; narrow the time range or the search`,
    'timeout',
  )

function limitSentences({ memoryMaxBytes, rowsMax }: ReadLimits): Partial<Record<QueryError['reason'], string>> {
  const mebibytes = Math.round(memoryMaxBytes / 1024 / 1024)
  return {
    memory: `it needs more than ${mebibytes} MiB of memory; narrow the time range or group by fewer values`,
    rows: `it has more than ${rowsMax} rows; narrow the time range or the search, or set a limit`,
  }
}
