import { TableBlock } from '../../base/native/table-block.ts'
import { type TableName, tableNames, tables } from '../../store/tables.ts'
import { FastModule } from './fast/fast-module.ts'
import { FastRows } from './fast/fast-rows.ts'
import { FastSamples } from './fast/fast-samples.ts'
import { IdHash } from './id-hash.ts'
import { KnownIds, type KnownIdsMark } from './known-ids.ts'
import { OriginCache } from './origin-cache.ts'
import { MetadataMemory } from './remote-write-metadata.ts'
import { SeriesCache } from './remote-write-series-cache.ts'
import { TextBytes } from './text-bytes.ts'
import { TypeLetters } from './type-letters.ts'

/** A complete Native block of one table. */
export type EncodedBlock = { table: TableName; rows: number; bytes: Uint8Array }

export type OpenBlocksOptions = {
  /** Resources, and scopes, remembered as having their row of the day. */
  originsKnownMax: number
  /** Series remembered as having their row of the day. 20 bytes each. */
  seriesKnownMax: number
  /** Every record is read in TypeScript: to be compared with. */
  isCareful?: boolean
  /** Every record is tried in WebAssembly, also where it is seldom worth it: for tests that look for differences. */
  isEager?: boolean
}

/** A place to come back to. Valid until the next `take` or a rollback to an earlier one. */
export type BlocksMark = {
  readonly rows: readonly number[]
  readonly known: readonly KnownIdsMark[]
}

/**
 * The blocks being filled for the next group commit, one for each table, and what the decoders remember between
 * requests: which resources, scopes and series have their row already. Not shared between threads.
 */
export class OpenBlocks {
  readonly resources = new TableBlock(tables.resources)
  readonly scopes = new TableBlock(tables.scopes)
  readonly series = new TableBlock(tables.series)
  readonly spans: TableBlock<(typeof tables)['spans']>
  readonly logs: TableBlock<(typeof tables)['logs']>
  readonly samples: TableBlock<(typeof tables)['samples']>
  readonly histograms = new TableBlock(tables.histograms)
  readonly summaries = new TableBlock(tables.summaries)
  readonly exemplars = new TableBlock(tables.exemplars)
  readonly receipts = new TableBlock(tables.receipts)

  readonly module: FastModule | undefined
  /** Reads spans and log records into their blocks. */
  readonly fast: FastRows | undefined
  readonly fastSamples: FastSamples | undefined
  readonly knownResources: KnownIds
  readonly knownScopes: KnownIds
  readonly knownSeries: KnownIds
  /** For the decoders alone, so that a request need not make its own: see each class. */
  readonly text = new TextBytes()
  readonly hash = new IdHash()
  readonly letters = new TypeLetters()
  readonly innerLetters = new TypeLetters()
  readonly resourceCache: OriginCache
  readonly scopeCache: OriginCache
  readonly families = new MetadataMemory()
  readonly seriesCache: SeriesCache

  constructor(options: OpenBlocksOptions) {
    this.module = options.isCareful === true ? undefined : new FastModule(options.isEager === true)
    const room = this.module?.room
    this.fast = this.module && new FastRows(this.module)
    this.fastSamples = this.module && new FastSamples(this.module)
    this.spans = new TableBlock(tables.spans, room)
    this.logs = new TableBlock(tables.logs, room)
    this.samples = new TableBlock(tables.samples, room)
    this.seriesCache = new SeriesCache(room)
    this.knownResources = new KnownIds(options.originsKnownMax)
    this.knownScopes = new KnownIds(options.originsKnownMax)
    this.knownSeries = new KnownIds(options.seriesKnownMax)
    this.resourceCache = new OriginCache(options.originsKnownMax)
    this.scopeCache = new OriginCache(options.originsKnownMax)
  }

  /** Rows of all tables. */
  get rows(): number {
    let rows = 0
    for (const table of tableNames) rows += this[table].rows
    return rows
  }

  /** Bytes that `take` would make. */
  get bytes(): number {
    let bytes = 0
    for (const table of tableNames) if (this[table].rows > 0) bytes += this[table].bytes
    return bytes
  }

  mark(): BlocksMark {
    return {
      rows: tableNames.map((table) => {
        this[table].mark()
        return this[table].rows
      }),
      known: this.#known().map((ids) => ids.mark()),
    }
  }

  /** Forgets every row, and every id made known, since the mark. */
  rollback(mark: BlocksMark): void {
    tableNames.forEach((table, index) => {
      this[table].truncate(mark.rows[index] ?? 0)
    })
    mark.known.forEach((known, index) => {
      this.#known()[index]?.rollback(known)
    })
  }

  /** Runs `decode`; nothing of it stays when it refuses what it read, or throws because of a fault of ours. */
  wholly<Outcome extends object>(decode: () => Outcome): Outcome {
    const mark = this.mark()
    let isWhole = false
    try {
      const outcome = decode()
      isWhole = !('refused' in outcome)
      return outcome
    } finally {
      if (!isWhole) this.rollback(mark)
    }
  }

  /** Complete blocks in the order of `tableNames`, empty tables left out. The rows are then forgotten here. */
  take(): EncodedBlock[] {
    const blocks: EncodedBlock[] = []
    for (const table of tableNames) {
      const { rows } = this[table]
      if (rows > 0) blocks.push({ table, rows, bytes: this[table].take() })
    }
    return blocks
  }

  /** To be called when blocks that were taken did not become durable: their resources, scopes and series are written again. */
  forgetKnown(): void {
    for (const ids of this.#known()) ids.forget()
  }

  #known(): readonly KnownIds[] {
    return [this.knownResources, this.knownScopes, this.knownSeries]
  }
}
