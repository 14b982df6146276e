import { createReadStream } from 'node:fs'
import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client'
import { quote } from './bind.ts'
import { engineCode } from './engine-errors.ts'
import { insertFrom } from './insert.ts'
import { linesOf } from './lines.ts'
import type { Cost } from './store.ts'
import type { TableName } from './tables.ts'

export type HostOptions = {
  url: string
  user: string
  password: string
  database: string
  connectionsMax: number
  /** Longest silence of one request. */
  timeoutMs: number
}

export type HostQuery = {
  sql: string
  /** Said beside the statement: EXPLAIN would take a FORMAT at its end for that of what it explains. */
  format: string
  settings: ClickHouseSettings
  /** Set before the statement, with their texts. */
  params?: readonly (readonly [name: string, text: string])[]
  queryId?: string
  signal?: AbortSignal
}

/** `read` is what the engine says it read for it, on all shards. */
export type HostAnswer = { bytes: Buffer; read: Pick<Cost, 'rowsRead' | 'bytesRead'> }

/** Beyond this an intermediary may refuse the URL; they are then set on a session first. */
const paramsInUrlMaxBytes = 8 * 1024
/** After a failure others are asked first for this long. */
const awayForMs = 5000
let sessions = 0

/** One server of the cluster, over HTTP. */
export class ClusterHost {
  readonly url: string
  readonly #client: ClickHouseClient
  /** Without the database, which may not be there yet. */
  readonly #outside: ClickHouseClient
  #awayUntilMs = 0

  constructor({ url, user, password, database, connectionsMax, timeoutMs }: HostOptions) {
    this.url = url
    const config = {
      url,
      username: user,
      password,
      application: 'wakeline',
      request_timeout: timeoutMs,
      max_open_connections: connectionsMax,
      // What is wrong is told by those who asked, in their own words and without settings or values.
      log: { level: ClickHouseLogLevel.OFF },
    }
    this.#client = createClient({ ...config, database })
    this.#outside = createClient({ ...config, database: 'default' })
  }

  isAway(): boolean {
    return performance.now() < this.#awayUntilMs
  }

  /** The body of the answer, whole: an error half way is an error, and the header that says what was read comes last. */
  async ask({ sql, format, settings, params = [], queryId, signal }: HostQuery): Promise<HostAnswer> {
    const size = params.reduce((sum, [, text]) => sum + encodeURIComponent(text).length, 0)
    const inUrl = size <= paramsInUrlMaxBytes
    sessions += inUrl ? 0 : 1
    const session = inUrl ? {} : { session_id: `wakeline-${process.pid}-${Date.now()}-${sessions}` }
    if (!inUrl) await this.#setParams(params, session)
    const told = async (): Promise<HostAnswer> => {
      // One that is aborted already would be asked, and never hear of it.
      signal?.throwIfAborted()
      const { stream, summary } = await this.#client.exec({
        query: sql,
        ...session,
        http_headers: { 'X-ClickHouse-Format': format },
        clickhouse_settings: { ...settings, ...(inUrl ? Object.fromEntries(params) : {}), wait_end_of_query: 1 },
        ...(queryId === undefined ? {} : { query_id: queryId }),
        ...(signal === undefined ? {} : { abort_signal: signal }),
      })
      const chunks: Buffer[] = []
      for await (const chunk of stream) chunks.push(chunk)
      const read = { rowsRead: Number(summary?.read_rows ?? 0), bytesRead: Number(summary?.read_bytes ?? 0) }
      return { bytes: Buffer.concat(chunks), read }
    }
    return this.#told(told(), signal)
  }

  async #setParams(params: readonly (readonly [string, string])[], session: { session_id?: string }): Promise<void> {
    const text = `SET ${params.map(([name, value]) => `${name} = ${quote(value)}`).join(', ')}`
    await this.#told(
      this.#client.command({
        query: text,
        ...session,
        clickhouse_settings: { max_query_size: String(text.length + 1024) },
      }),
    )
  }

  async run(sql: string, settings: ClickHouseSettings = {}): Promise<void> {
    await this.#told(this.#client.command({ query: sql, clickhouse_settings: settings }))
  }

  /** Outside of the database, as `lines`. */
  async createDatabase(sql: string, settings: ClickHouseSettings): Promise<void> {
    await this.#told(this.#outside.command({ query: sql, clickhouse_settings: settings }))
  }

  /** Lines of an answer in format TSV; tables are named with their database. */
  async lines(sql: string): Promise<string[]> {
    const { stream } = await this.#told(
      this.#outside.exec({ query: `${sql} FORMAT TSV`, clickhouse_settings: { wait_end_of_query: 1 } }),
    )
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk)
    return linesOf(Buffer.concat(chunks).toString())
  }

  async insertFile(table: TableName, path: string, settings: ClickHouseSettings): Promise<void> {
    const query = `${insertFrom(table, (structure) => `input(${structure})`) ?? `INSERT INTO ${table}`} FORMAT Native`
    const values = createReadStream(path)
    try {
      const { stream } = await this.#told(
        this.#client.exec({ query, values, clickhouse_settings: { ...settings, wait_end_of_query: 1 } }),
      )
      for await (const _ of stream);
    } finally {
      values.destroy()
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#client.close(), this.#outside.close()])
  }

  /**
   * Remembers that the host did not answer: what it refused itself is an answer, and a question that was called off says
   * nothing of the host (the client has no name for that error).
   */
  async #told<Value>(asking: Promise<Value>, signal?: AbortSignal): Promise<Value> {
    try {
      const value = await asking
      this.#awayUntilMs = 0
      return value
    } catch (error) {
      if (signal?.aborted === true) throw new DOMException('The question was called off', 'AbortError')
      if (isUnreachable(error)) this.#awayUntilMs = performance.now() + awayForMs
      throw error
    }
  }
}

/** No answer of the engine's: refused, reset, timed out, no such name. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof Error && error.name !== 'AbortError' && engineCode(error) === undefined
