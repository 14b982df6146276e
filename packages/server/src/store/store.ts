import type { BackupDone, BackupRequest } from './backup.ts'
import type { MadeRows } from './made-rows.ts'
import type { TableName } from './tables.ts'

/**
 * The seam between what comes in and what goes out. `ingest` is handed a Writer, `query` a Reader; nothing else
 * reads or writes the database. Two drivers serve it: the embedded engine and a ClickHouse cluster over HTTP.
 */

/**
 * One sealed file of Native blocks of one table. `token` makes a repeated load a no-op, but only when the file is cut
 * into the same insert blocks: `blockRows` is written down with the file and is larger than its rows.
 */
export type SealedFile = { table: TableName; path: string; rows: number; token: string; blockRows: number }

/** A block that has just been made durable, for live tail: not yet in the table, and never loaded from here. */
export type AppendedBlock = { table: TableName; rows: number; bytes: Uint8Array }

/** SQL text with typed parameters: `{p1:String}` in the text, `p1` here. Values never enter the text. */
export type Statement = { sql: string; params: Readonly<Record<string, unknown>> }

/** What a question cost the engine. */
export type Cost = { rowsRead: number; bytesRead: number; elapsedMs: number }

/** `status` is what the engine refused for: the API turns it into a response in one place. */
export type ReadLimits = {
  timeoutMs: number
  memoryMaxBytes: number
  rowsMax: number
}

/** What one question may use, and how it is called off. */
export type ReadOptions = {
  /** Stops the query in the engine, not only the waiting. */
  signal?: AbortSignal | undefined
  limits?: Partial<ReadLimits> | undefined
}

/** Rows, whole: more than `rowsMax` of them is an error, never a cut. */
export type Answer<Row> = { rows: Row[]; cost: Cost }

/** Rows as Native blocks, for columns of numbers: their bits are kept, and nothing is printed and parsed for them. */
export type AnswerBlocks = { bytes: Uint8Array; cost: Cost }

/** Columns as the statement calls them, in its order; names may repeat. */
export type AnswerTable = { columns: { name: string; type: string }[]; rows: unknown[][]; cost: Cost }

/** What `ingest` is handed. */
export interface Writer {
  /**
   * Loads a sealed file exactly once for its token, and resolves when it is durable and visible to queries.
   * Throws `StoreAwayError` when the store cannot be reached (try again later) and `PoisonError` when the file
   * can never be loaded (set it aside).
   */
  load(file: SealedFile): Promise<void>
  /** Hands a durable block to live tail. Costs nothing when nobody listens. */
  publish(block: AppendedBlock): void
}

/** What `query` is handed. */
export interface Reader {
  /** 64-bit integers come as strings, times as the statement prints them. */
  rows<Row>(statement: Statement, options?: ReadOptions): Promise<Answer<Row>>
  blocks(statement: Statement, options?: ReadOptions): Promise<AnswerBlocks>
  /**
   * The same, handed to `take` piece by piece while the engine works: each piece is whole blocks. What `take` throws ends the
   * query. For many rows, which cost less so than in one piece. Of what was read only what came is known.
   */
  stream(statement: Statement, take: (blocks: Uint8Array) => void, options?: ReadOptions): Promise<Cost>
  /** SQL that someone typed: in a session that can change nothing, not even its limits, which are the store's own. */
  typed(text: string, options?: ReadOptions): Promise<AnswerTable>
  /** Returns the function that stops listening. */
  subscribe(table: TableName, listen: (block: AppendedBlock) => void): () => void
}

/** One partition of one table, as it lies on disk. */
export type StoredPartition = {
  table: string
  /** `20260131`, or `202601` where a table is cut by months. */
  partition: string
  rows: number
  bytes: number
  /** When a load or merge last wrote to it. */
  changedMs: number
  /** Times of its rows, in whole seconds; 0 where the table is not cut by them. */
  oldestMs: number
  newestMs: number
}

/** One driver's whole: opened, migrated and closed by `main`. */
export interface Store extends Writer, Reader {
  readonly driver: 'embedded' | 'cluster'
  /** Creates or forwards the schema; refuses a store newer than this program. */
  migrate(): Promise<void>
  /**
   * Whether merges index the words of log bodies or leave it for later, which is when this is said the other way round
   * again. The servers of a cluster do as their operators like.
   */
  indexLogBodies(when: 'in merges' | 'later'): Promise<void>
  /** Stores rows that this server made, like a load: once for their token. Throws `StoreAwayError` when the store cannot be reached. */
  keep(rows: MadeRows): Promise<void>
  /** What is stored now, each row once: of replicas, one is looked at. */
  partitions(): Promise<StoredPartition[]>
  /**
   * Drops what `choose` picks from what is stored. Nothing is loaded in between, so what it saw is what goes (on a cluster other
   * processes may load). Answers what was dropped.
   */
  drop<Chosen extends { parts: StoredPartition[] }>(choose: (stored: StoredPartition[]) => Chosen[]): Promise<Chosen[]>
  /** Writes all that is loaded to a folder while loads and questions go on. Throws a sentence when it cannot. */
  backup(request: BackupRequest): Promise<BackupDone>
  close(): Promise<void>
}

/** The store is not reachable now; nothing is wrong with what was asked. */
export class StoreAwayError extends Error {
  override readonly name = 'StoreAwayError'
}

/** This file will fail however often it is loaded. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError'
}

/** The question was stopped or refused: `limit` says which bound it met, when it was one. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly reason: 'timeout' | 'memory' | 'rows' | 'cancelled' | 'invalid'
  constructor(message: string, reason: QueryError['reason']) {
    super(message)
    this.reason = reason
  }
}
