import { randomUUID } from 'node:crypto'
import { access, constants, mkdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import * as chdb from 'chdb'
import { askSession, costOf, streamSession } from './ask-session.ts'
import {
  type BackupDone,
  type BackupManifest,
  type BackupRequest,
  clearAway,
  copyFiles,
  copyFrozen,
  type FrozenTable,
  prepareBackupFolder,
  readManifest,
  writeManifest,
} from './backup.ts'
import { quote } from './bind.ts'
import { mendLogs, noteInsertions, type SyncedLogs, syncLog } from './deduplication-log.ts'
import { readSettings, renderSettings } from './embedded-settings.ts'
import { openSession } from './engine.ts'
import { type EngineSize, engineArguments } from './engine-arguments.ts'
import { toLoadError, toQueryError } from './engine-errors.ts'
import { linesOf } from './lines.ts'
import { Live } from './live.ts'
import { logBodyIndexes, renderLoad } from './load-statement.ts'
import { type MadeRows, madeRowsMaxBytes, renderMadeRows } from './made-rows.ts'
import { lowerMerges } from './merge-threads.ts'
import { appliedMigrations, migrationsDirectory, readMigrations, runMigrations } from './migrate.ts'
import { readPartitions, renderDrop } from './partitions.ts'
import { parseReadableTable, readableFormat } from './readable-table.ts'
import { definedLimits, parseAnswer, startStopping } from './reading.ts'
import { type EngineResult, type Session, SessionPool } from './sessions.ts'
import type {
  Answer,
  AnswerBlocks,
  AnswerTable,
  AppendedBlock,
  Cost,
  ReadLimits,
  ReadOptions,
  SealedFile,
  Statement,
  Store,
  StoredPartition,
} from './store.ts'
import { StoreAwayError } from './store.ts'
import type { TableName } from './tables.ts'
import { readWrittenTables } from './written-tables.ts'

/**
 * The store in this process: ClickHouse as a library, on a directory that the engine locks for one process.
 *
 *   readers   sessions lent to questions, one each, read-only
 *   writer    one session: migrations and loads, in order
 *   control   one session that stops the queries of the others
 */
export type EmbeddedOptions = EngineSize & {
  /** Made when it is not there. */
  directory: string
  /** Questions that run at once; each holds a thread of libuv's pool while it does. */
  readers: number
  /** Questions that may stand in line beyond those. */
  waitingMax: number
  /** What a question gets that asks for nothing else. */
  limits: ReadLimits
}

/** Behind loads (`loadNice`): nobody waits for merges. */
const mergeNice = 19

/** Threads libuv's pool must have before anything uses it (`UV_THREADPOOL_SIZE`): sessions, and room for files. */
export const threadPoolSize = (readers: number): number => readers + 2 + 6

export async function openEmbeddedStore(options: EmbeddedOptions): Promise<Store> {
  const directory = await prepareDirectory(options.directory)
  await mendLogs(directory)
  const first = openSession(directory, engineArguments(options))
  // Of a backup that was killed: the links would keep dropped data on disk.
  await clearAway(join(directory, 'shadow'))
  return new EmbeddedStore(first, directory, options)
}

async function prepareDirectory(parent: string): Promise<string> {
  const directory = join(parent, 'store')
  try {
    await mkdir(directory, { recursive: true })
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Error(`Cannot use the data directory ${parent}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  }
  return directory
}

/** Typed questions in line behind the one that runs. */
const typedWaitingMax = 8

class EmbeddedStore implements Store {
  readonly driver = 'embedded'
  readonly #writer: Session
  readonly #control: Session
  readonly #directory: string
  /** Folders of the tables that an insert into each writes to; they do not change once they are made. */
  #written: ReadonlyMap<string, readonly string[]> = new Map()
  readonly #syncedLogs: SyncedLogs = new Map()
  readonly #readers: SessionPool
  #typed: Promise<SessionPool> | undefined
  readonly #defaults: ReadLimits
  readonly #live = new Live()
  readonly #prefix = randomUUID().slice(0, 8)
  readonly #running = new Set<Promise<unknown>>()
  #writing: Promise<unknown> = Promise.resolve()
  #queries = 0
  #closed = false

  constructor(first: Session, directory: string, options: EmbeddedOptions) {
    this.#writer = first
    this.#directory = directory
    this.#control = openSession(directory, [])
    const readers = Array.from({ length: options.readers }, () => openSession(directory, []))
    this.#readers = new SessionPool(readers, options.waitingMax)
    this.#defaults = options.limits
  }

  async migrate(): Promise<void> {
    await runMigrations(await readMigrations(migrationsDirectory), {
      run: async (sql) => {
        await this.#write(sql)
      },
      applied: () => appliedMigrations(async (sql) => linesOf(await this.#write(sql, 'TSV'))),
    })
    await this.#noteTables()
    // By now the engine has them all running.
    lowerMerges(mergeNice)
  }

  async #noteTables(): Promise<void> {
    this.#written = await readWrittenTables(async (sql) => linesOf(await this.#write(sql, 'TSV')))
    const paths = this.#allPaths()
    // What an earlier run wrote and did not sync counts from now on, so it must stay.
    await Promise.all(paths.map((path) => syncLog(path, this.#syncedLogs)))
    await noteInsertions(this.#directory, paths)
  }

  #allPaths(): readonly string[] {
    return [...new Set([...this.#written.values()].flat())]
  }

  /** Of an insert into this table. */
  async #syncLogs(table: string): Promise<void> {
    const paths = this.#written.get(table) ?? this.#allPaths()
    await Promise.all(paths.map((path) => syncLog(path, this.#syncedLogs)))
  }

  async indexLogBodies(when: 'in merges' | 'later'): Promise<void> {
    const setting = 'exclude_materialize_skip_indexes_on_merge'
    const engine = await this.#write(
      "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = 'logs'",
      'TSV',
    )
    if (engine.includes(setting) === (when === 'later')) return
    if (when === 'later') await this.#write(`ALTER TABLE logs MODIFY SETTING ${setting} = '${logBodyIndexes.join()}'`)
    else {
      await this.#write(`ALTER TABLE logs RESET SETTING ${setting}`)
      // Goes on in the background; parts that have it are left as they are.
      await this.#write(`ALTER TABLE logs ${logBodyIndexes.map((index) => `MATERIALIZE INDEX ${index}`).join(', ')}`)
    }
  }

  partitions(): Promise<StoredPartition[]> {
    return readPartitions(this)
  }

  drop<Chosen extends { parts: StoredPartition[] }>(
    choose: (stored: StoredPartition[]) => Chosen[],
  ): Promise<Chosen[]> {
    return this.#inOrder(async () => {
      const chosen = choose(await readPartitions(this))
      for (const { parts } of chosen) {
        for (const part of parts) await this.#writer.queryAsync(renderDrop(part), { format: 'Null' })
      }
      return chosen
    })
  }

  async backup(request: BackupRequest): Promise<BackupDone> {
    const name = `wakeline_${randomUUID().replaceAll('-', '')}`
    await prepareBackupFolder(request.to)
    if (request.since !== '') await readManifest(request.since)
    try {
      const { schema, tables } = await this.#inOrder(() => this.#freeze(name))
      const { tables: totals, ...sizes } = await copyFrozen(tables, request)
      await copyFiles(request)
      const manifest: BackupManifest = { format: 1, schema, createdUnixMs: request.nowUnixMs, tables: totals }
      await writeManifest(request.to, manifest)
      return { manifest, ...sizes }
    } finally {
      await clearAway(join(this.#directory, 'shadow', name))
    }
  }

  /** Links the parts of every table aside, with no load in between: details and rollups are of the same moment. */
  async #freeze(name: string): Promise<{ schema: number; tables: FrozenTable[] }> {
    const ask = async (sql: string): Promise<string[]> =>
      linesOf((await this.#writer.queryAsync(sql, { format: 'TSV' })).text())
    const found = await ask(`SELECT name, data_paths[1], sorting_key FROM system.tables
      WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name != 'schema_migrations' ORDER BY name`)
    const tables: FrozenTable[] = []
    for (const line of found) {
      const [table = '', path = '', order = ''] = line.split('\t')
      await this.#writer.queryAsync(`ALTER TABLE ${table} FREEZE WITH NAME ${quote(name)}`, { format: 'Null' })
      tables.push({ table, order, directory: join(this.#directory, 'shadow', name, relative(this.#directory, path)) })
    }
    const applied = await appliedMigrations(ask)
    return { schema: applied.at(-1) ?? 0, tables }
  }

  async load(file: SealedFile): Promise<void> {
    if (file.rows >= file.blockRows) {
      throw new Error(`Cannot load ${file.path}: ${file.rows} rows do not fit one insert block of ${file.blockRows}`)
    }
    try {
      await this.#write(renderLoad(file))
      await this.#syncLogs(file.table)
    } catch (error) {
      throw toLoadError(error, file.path)
    }
  }

  async keep(rows: MadeRows): Promise<void> {
    const token = `insert_deduplicate = 1, insert_deduplication_token = ${quote(rows.token)}`
    await this.#write(`SET max_query_size = ${madeRowsMaxBytes}`)
    await this.#write(`${renderMadeRows(rows)} SETTINGS ${token}`)
    await this.#syncLogs(rows.table)
  }

  publish(block: AppendedBlock): void {
    this.#live.publish(block)
  }

  subscribe(table: TableName, listen: (block: AppendedBlock) => void): () => void {
    return this.#live.subscribe(table, listen)
  }

  async rows<Row>(statement: Statement, options: ReadOptions = {}): Promise<Answer<Row>> {
    return parseAnswer<Row>((await this.#read(statement, options, 'JSON')).text())
  }

  async blocks(statement: Statement, options: ReadOptions = {}): Promise<AnswerBlocks> {
    const result = await this.#read(statement, options, 'Native')
    return { bytes: result.bytes(), cost: costOf(result) }
  }

  stream(statement: Statement, take: (blocks: Uint8Array) => void, options: ReadOptions = {}): Promise<Cost> {
    return this.#ask(statement, options, (session, settings) => streamSession(session, settings, statement.sql, take))
  }

  async typed(text: string, options: ReadOptions = {}): Promise<AnswerTable> {
    const limits = { ...this.#defaults, ...definedLimits(options.limits) }
    const stop = startStopping(limits.timeoutMs, options.signal)
    const id = `${this.#prefix}-typed`
    try {
      this.#typed ??= this.#openTyped(id)
      const pool = await this.#typed
      const session = await pool.take(stop.signal)
      const running = this.#track(askSession(session, text, readableFormat).finally(() => pool.give(session)))
      const result = await this.#orKill(running, id, stop.signal)
      return { ...parseReadableTable(result.bytes()), cost: costOf(result) }
    } finally {
      stop.clear()
    }
  }

  /** One session, limits first and for good: after readonly = 1 nothing of it can be changed. */
  async #openTyped(id: string): Promise<SessionPool> {
    const session = openSession(this.#directory, [])
    await session.queryAsync(`SET ${[...readSettings(this.#defaults, id), 'readonly = 1'].join(', ')}`, {
      format: 'Null',
    })
    return new SessionPool([session], typedWaitingMax)
  }

  #read(statement: Statement, options: ReadOptions, format: 'JSON' | 'Native'): Promise<EngineResult> {
    return this.#ask(statement, options, (session, settings) =>
      askSession(session, `${settings};\n${statement.sql}`, format),
    )
  }

  /** `ask` runs the statement after its settings, on a session that is its own until then. */
  async #ask<Result>(
    statement: Statement,
    options: ReadOptions,
    ask: (session: Session, settings: string) => Promise<Result>,
  ): Promise<Result> {
    const limits = { ...this.#defaults, ...definedLimits(options.limits) }
    this.#queries += 1
    const id = `${this.#prefix}-${this.#queries}`
    const settings = renderSettings(statement, limits, id)
    const stop = startStopping(limits.timeoutMs, options.signal)
    try {
      const session = await this.#readers.take(stop.signal)
      const running = this.#track(ask(session, settings).finally(() => this.#readers.give(session)))
      return await this.#orKill(running, id, stop.signal)
    } finally {
      stop.clear()
    }
  }

  /** Waits for what is running: a session closed under its query takes the process with it. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#control.queryAsync(`KILL QUERY WHERE Settings['log_comment'] LIKE '${this.#prefix}-%' ASYNC`, {
      format: 'Null',
    })
    await Promise.allSettled([...this.#running, this.#writing])
    const stopping = new StoreAwayError('Cannot run the query: the server is stopping')
    this.#readers.close(stopping)
    ;(await this.#typed)?.close(stopping)
    this.#control.close()
    this.#writer.close()
    await chdb.drainPending()
  }

  #write(sql: string, format = 'Null'): Promise<string> {
    return this.#inOrder(async () => (await this.#writer.queryAsync(sql, { format })).text())
  }

  /** One after another: loads keep their order, and migrations come before them. */
  #inOrder<Value>(act: () => Promise<Value>): Promise<Value> {
    if (this.#closed) return Promise.reject(new StoreAwayError('Cannot write to the store: it is closed'))
    const done = this.#writing.then(act)
    this.#writing = done.catch(() => {})
    return done
  }

  #track<Value>(running: Promise<Value>): Promise<Value> {
    const forget = (): void => {
      this.#running.delete(running)
    }
    this.#running.add(running)
    running.then(forget, forget)
    return running
  }

  /**
   * The answer, or the reason `signal` gives, at once. The query itself is stopped from the control session, again and
   * again until it has ended. One that is only being planned is left for the next attempt: the engine marks it as
   * cancelled and then runs it all the same, and a second attempt does nothing.
   */
  async #orKill<Value>(running: Promise<Value>, id: string, signal: AbortSignal): Promise<Value> {
    let ended = false
    const kill = async (): Promise<void> => {
      const text = `KILL QUERY WHERE Settings['log_comment'] = '${id}' AND elapsed > 0.03 ASYNC`
      while (!ended && !this.#closed) {
        await this.#control.queryAsync(text, { format: 'Null' })
        await new Promise((resolve) => setTimeout(resolve, 30))
      }
    }
    const stopped = new Promise<never>((_resolve, reject) => {
      const stop = (): void => {
        this.#track(kill())
        reject(signal.reason)
      }
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    })
    const answered = running.then(
      (value) => {
        ended = true
        return value
      },
      (error: unknown) => {
        ended = true
        throw toQueryError(error)
      },
    )
    return Promise.race([answered, stopped])
  }
}
