import { randomUUID } from 'node:crypto'
import type { ClickHouseSettings } from '@clickhouse/client'
import type { BackupDone } from './backup.ts'
import { printParams } from './bind.ts'
import { ClusterHost, type HostAnswer, type HostQuery, isUnreachable } from './cluster-host.ts'
import { type MigratedCluster, migrateCluster } from './cluster-migrate.ts'
import { localName, onCluster } from './cluster-schema.ts'
import type { ClusterAddress } from './cluster-url.ts'
import { toClusterLoadError, toQueryError } from './engine-errors.ts'
import { Live } from './live.ts'
import { type MadeRows, madeRowsMaxBytes, renderMadeRows } from './made-rows.ts'
import { readPartitions, renderDrop } from './partitions.ts'
import { parseReadableTable, readableFormat } from './readable-table.ts'
import { definedLimits, parseAnswer, startStopping } from './reading.ts'
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

/**
 * The store on ClickHouse servers, over HTTP. Several Wakeline processes may use one cluster side by side: each loads its own
 * segments under its own tokens and asks what all have loaded. Live tail shows what came in by this process.
 */
export type ClusterOptions = ClusterAddress & {
  /** Never shown. */
  password: string
  connectionsMax: number
  limits: ReadLimits
  report: (sentence: string) => void
}

/** A load may wait for merges of a busy shard; no answer at all for this long counts as away. */
const silenceMaxMs = 300_000
const migrateAgainMs = 10_000

export function openClusterStore(options: ClusterOptions): Store {
  return new ClusterStore(options)
}

type Format = 'JSON' | 'Native' | typeof readableFormat

class ClusterStore implements Store {
  readonly driver = 'cluster'
  readonly #options: ClusterOptions
  readonly #hosts: ClusterHost[]
  readonly #live = new Live()
  readonly #prefix = `wakeline-${randomUUID().slice(0, 13)}`
  readonly #running = new Map<string, ClusterHost>()
  #migrated: MigratedCluster | undefined
  #migrateAgain: NodeJS.Timeout | undefined
  #queries = 0
  #closed = false

  constructor(options: ClusterOptions) {
    this.#options = options
    this.#hosts = options.hosts.map((url) => new ClusterHost({ ...options, url, timeoutMs: silenceMaxMs }))
  }

  /** A host that does not answer now gets its tables when it is back. */
  async migrate(): Promise<void> {
    const { report } = this.#options
    this.#migrated = await migrateCluster(this.#hosts, this.#options)
    const { behind } = this.#migrated
    if (behind.length === 0 || this.#closed) return
    report(`Cannot reach ${behind.join(', ')}: its tables are made or changed when it is back`)
    this.#migrateAgain = setTimeout(() => {
      this.migrate().catch((error: unknown) => report(`${error}`))
    }, migrateAgainMs)
    this.#migrateAgain.unref()
  }

  /** Every replica of every shard has it when this resolves; one that is away means trying again, with the same token. */
  async load(file: SealedFile): Promise<void> {
    try {
      await this.#onAHost((host) => host.insertFile(file.table, file.path, loadSettings(file)))
    } catch (error) {
      throw toClusterLoadError(error, file.path)
    }
  }

  async keep(rows: MadeRows): Promise<void> {
    await this.#onAHost((host) =>
      host.run(renderMadeRows(rows), {
        insert_deduplicate: 1,
        insert_deduplication_token: rows.token,
        distributed_foreground_insert: 1,
        prefer_localhost_replica: 0,
        max_query_size: String(madeRowsMaxBytes),
      }),
    )
  }

  publish(block: AppendedBlock): void {
    this.#live.publish(block)
  }

  subscribe(table: TableName, listen: (block: AppendedBlock) => void): () => void {
    return this.#live.subscribe(table, listen)
  }

  async rows<Row>(statement: Statement, options: ReadOptions = {}): Promise<Answer<Row>> {
    return parseAnswer<Row>((await this.#read(statement, options, 'JSON')).bytes.toString())
  }

  async blocks(statement: Statement, options: ReadOptions = {}): Promise<AnswerBlocks> {
    return this.#timed(statement, options, 'Native')
  }

  /** In one piece: blocks may begin anywhere in what comes over HTTP. */
  async stream(statement: Statement, take: (blocks: Uint8Array) => void, options: ReadOptions = {}): Promise<Cost> {
    const { bytes, cost } = await this.#timed(statement, options, 'Native')
    take(bytes)
    return cost
  }

  async typed(text: string, options: ReadOptions = {}): Promise<AnswerTable> {
    const { bytes, cost } = await this.#timed({ sql: text, params: {} }, options, readableFormat)
    return { ...parseReadableTable(bytes), cost }
  }

  async #timed(statement: Statement, options: ReadOptions, format: Format): Promise<AnswerBlocks> {
    const startMs = performance.now()
    const { bytes, read } = await this.#read(statement, options, format)
    return { bytes, cost: { ...read, elapsedMs: performance.now() - startMs } }
  }

  /** Its servers have their own hours and their own load. */
  async indexLogBodies(): Promise<void> {}

  async partitions(): Promise<StoredPartition[]> {
    const { cluster, database } = this.#options
    const source = cluster === '' ? 'system.parts' : `cluster('${cluster}', system.parts)`
    const found = await readPartitions(this, source, database)
    if (cluster === '') return found
    const suffix = localName('')
    return found
      .filter(({ table }) => table.endsWith(suffix))
      .map((partition) => ({ ...partition, table: partition.table.slice(0, -suffix.length) }))
  }

  async drop<Chosen extends { parts: StoredPartition[] }>(
    choose: (stored: StoredPartition[]) => Chosen[],
  ): Promise<Chosen[]> {
    const schema = this.#migrated
    if (schema === undefined) throw new StoreAwayError('Cannot drop what is past its time: the schema is not made yet')
    const chosen = choose(await this.partitions())
    const hosts = schema.replicated || schema.cluster === '' ? [this.#preferred()] : this.#hosts
    for (const part of chosen.flatMap(({ parts }) => parts)) {
      const local = schema.cluster === '' ? part : { ...part, table: localName(part.table) }
      for (const host of hosts) await host.run(renderDrop(local, onCluster(schema)), schemaSettings)
    }
    return chosen
  }

  backup(): Promise<BackupDone> {
    return Promise.reject(
      new Error(
        'Cannot back up a cluster: it is backed up by ClickHouse itself, see BACKUP ... ON CLUSTER in its manual',
      ),
    )
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#migrateAgain)
    await Promise.allSettled([...this.#running].map(([id, host]) => kill(host, id)))
    await Promise.allSettled(this.#hosts.map((host) => host.close()))
  }

  async #read(statement: Statement, options: ReadOptions, format: Format): Promise<HostAnswer> {
    const limits = { ...this.#options.limits, ...definedLimits(options.limits) }
    const stop = startStopping(limits.timeoutMs, options.signal)
    const query: HostQuery = {
      sql: statement.sql,
      format,
      settings: readSettings(limits),
      params: printParams(statement.sql, statement.params),
      signal: stop.signal,
    }
    try {
      return await this.#onAHost((host) => this.#askStoppable(host, query))
    } catch (error) {
      throw stop.signal.aborted ? stop.signal.reason : toQueryError(error)
    } finally {
      stop.clear()
    }
  }

  /** Leaving the connection does not stop the query; its id does, on the host that began it, with its parts on all shards. */
  async #askStoppable(host: ClusterHost, query: HostQuery): Promise<HostAnswer> {
    this.#queries += 1
    const queryId = `${this.#prefix}-${this.#queries}`
    const stop = (): void => void killAgain(host, queryId)
    this.#running.set(queryId, host)
    query.signal?.addEventListener('abort', stop, { once: true })
    try {
      return await host.ask({ ...query, queryId })
    } finally {
      query.signal?.removeEventListener('abort', stop)
      this.#running.delete(queryId)
    }
  }

  /** The first host in order that answers. What one refused, another would refuse as well. */
  async #onAHost<Value>(act: (host: ClusterHost) => Promise<Value>): Promise<Value> {
    if (this.#closed) throw new StoreAwayError('Cannot reach the cluster: the server is stopping')
    const inOrder = [...this.#hosts.filter((host) => !host.isAway()), ...this.#hosts.filter((host) => host.isAway())]
    let failure: unknown
    for (const host of inOrder) {
      try {
        return await act(host)
      } catch (error) {
        if (!isUnreachable(error)) throw error
        failure = new StoreAwayError(`Cannot reach ${host.url}: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        })
      }
    }
    throw failure
  }

  #preferred(): ClusterHost {
    const host = this.#hosts.find((one) => !one.isAway()) ?? this.#hosts[0]
    if (host === undefined) throw new Error('a cluster has at least one host')
    return host
  }
}

/** One that the server has not begun yet is not found, and begins all the same: so it is told again. */
async function killAgain(host: ClusterHost, queryId: string): Promise<void> {
  for (const pauseMs of [0, 200, 1000, 3000]) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs).unref())
    await kill(host, queryId)
  }
}

const kill = (host: ClusterHost, queryId: string): Promise<void> =>
  host.run(`KILL QUERY WHERE query_id = '${queryId}' ASYNC`).catch(() => {
    // It has ended, or the host has: both are what was wanted, and its own time limit is behind it.
  })

const schemaSettings: ClickHouseSettings = { distributed_ddl_task_timeout: '180' }

function readSettings(limits: ReadLimits): ClickHouseSettings {
  return {
    readonly: '2',
    max_execution_time: Math.ceil(limits.timeoutMs / 1000) + 1,
    max_memory_usage: String(Math.floor(limits.memoryMaxBytes)),
    max_result_rows: String(Math.floor(limits.rowsMax)),
    output_format_json_quote_64bit_integers: 1,
    // What a question asks inside another is gathered from all shards first, as if it were one table.
    distributed_product_mode: 'global',
    // The same replica each time, while it is there: replicas differ while one of them is being caught up.
    load_balancing: 'in_order',
    skip_unavailable_shards: 0,
    cancel_http_readonly_queries_on_client_close: 1,
  }
}

/** As renderLoad in embedded.ts: a shard cuts what reaches it into one insert block, now and when it is sent again. */
function loadSettings(file: SealedFile): ClickHouseSettings {
  return {
    insert_deduplicate: 1,
    insert_deduplication_token: file.token,
    deduplicate_blocks_in_dependent_materialized_views: 1,
    optimize_on_insert: 0,
    distributed_foreground_insert: 1,
    prefer_localhost_replica: 0,
    async_insert: 0,
    use_strict_insert_block_limits: 0,
    max_insert_threads: '1',
    max_threads: 1,
    min_insert_block_size_rows: String(file.blockRows),
    min_insert_block_size_bytes: '0',
    max_partitions_per_insert_block: '0',
    input_format_skip_unknown_fields: 0,
    input_format_native_allow_types_conversion: 0,
  }
}
