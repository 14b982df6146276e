import { readFileSync } from 'node:fs'
import type { Lent } from '../../../base/native/lent.ts'
import type { LowCardinalityColumn } from '../../../base/native/low-cardinality-column.ts'
import { Arena } from '../../../base/native/room.ts'
import type { StringColumn } from '../../../base/native/string-column.ts'
import type { ColumnsOf } from '../../../base/native/table-block.ts'
import type { tables } from '../../../store/tables.ts'
import type { Arrival } from '../../arrival/arrival.ts'
import type { Decoding } from '../decoding.ts'
import { doubleText } from '../value-text.ts'

/**
 * Spans and log records that hold only what is usual, and they are nearly all, are read by a module of WebAssembly
 * (`packages/server/wasm`), in half of the time. It fills the very columns that TypeScript fills, whose buffers are in its
 * memory, and leaves whatever it does not know, or finds wrong, to TypeScript, which alone says what is right: a block is
 * the same to the byte whoever read its records.
 */
export class FastRows {
  readonly room: Arena
  readonly #memory: ArrayBuffer
  readonly #exports: Exports
  readonly #words: Int32Array
  readonly #body: Uint8Array
  readonly #isEager: boolean
  #arrival: Arrival | undefined

  /** `isEager`: every record is tried, whatever became of those before it. */
  constructor(isEager: boolean) {
    this.#isEager = isEager
    const memory = new WebAssembly.Memory({ initial: memoryPages, maximum: memoryPages })
    this.#exports = new WebAssembly.Instance<Exports>(compiled(), {
      env: { memory },
      records: { writeDouble: (to, low, high) => this.#writeDouble(to, doubleText(low, high)) },
    }).exports
    this.#memory = memory.buffer
    this.#words = new Int32Array(this.#memory, this.#exports.stateAt(), stateWords)
    this.room = new Arena(this.#memory, bodyAt + bodySizeMaxBytes, memoryPages * pageBytes - pageBytes)
    this.#body = new Uint8Array(this.#memory, bodyAt, bodySizeMaxBytes)
  }

  /** Whether records of this body can be read here: they are where all are to be looked at closely. */
  open({ reader: { bytes }, limits, arrival, shedLevel, nowLow, nowHigh }: Decoding): boolean {
    if (shedLevel > 0 || bytes.length > bodySizeMaxBytes || arrival?.hasOwnKeys === true) return false
    this.#body.set(bytes)
    const words = this.#words
    words[rule.now] = nowLow
    words[rule.now + 1] = nowHigh
    words[rule.attributesMax] = limits.attributesMax
    words[rule.valueSizeMaxBytes] = limits.valueSizeMaxBytes
    if (arrival !== this.#arrival) this.#setArrival(arrival)
    return true
  }

  /**
   * Reads records of a scope, of which the cursor stands behind the first one's key, and those that follow it at once. Answers
   * whether one is left for TypeScript, whose length the cursor then stands at; else it stands at what follows them.
   */
  spans(decoding: Decoding, end: number): boolean {
    return this.#run(this.#exports.takeSpans, spanColumns(decoding.blocks.spans.columns), decoding, end)
  }

  logs(decoding: Decoding, end: number): boolean {
    return this.#run(this.#exports.takeLogs, logColumns(decoding.blocks.logs.columns), decoding, end)
  }

  #setArrival(arrival: Arrival | undefined): void {
    const words = this.#words
    words[rule.judgesKeys] = arrival === undefined ? 0 : 1
    words[rule.seeksSecrets] = arrival?.options.redact ? 1 : 0
    words[rule.readsBodies] = arrival?.options.parseBodies ? 1 : 0
    words[rule.infersSeverity] = arrival?.options.inferSeverity ? 1 : 0
    words[rule.names] = namesAt
    this.#writeNames(arrival?.stableNames ?? [])
    this.#arrival = arrival
  }

  /** For each its address and its length, and behind all of them their bytes. */
  #writeNames(names: readonly DataView[]): void {
    const table = new Uint32Array(this.#memory, namesAt, names.length * 2)
    let at = namesAt + table.byteLength
    names.forEach(({ buffer, byteOffset, byteLength }, index) => {
      if (at + byteLength > bodyAt)
        throw new Error(`${names.length} stable names have no room beside the module's own data`)
      new Uint8Array(this.#memory, at, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength))
      table.set([at, byteLength], index * 2)
      at += byteLength
    })
  }

  #writeDouble(to: number, text: string): number {
    const bytes = new Uint8Array(this.#memory, to, text.length)
    for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i)
    return text.length
  }

  #run(take: Exports['takeSpans'], columns: LentColumns, decoding: Decoding, end: number): boolean {
    const { reader } = decoding
    const words = this.#words
    if (columns.left > 0 && !this.#isEager) {
      columns.left -= 1
      return true
    }
    const before = decoding.accepted
    while (columns.all.every((column) => column.isIn(this.#memory))) {
      let at = ruleWords
      for (const column of columns.all) at = column.lend(words, at)
      const ending = take(bodyAt + reader.at, bodyAt + end)
      at = ruleWords
      for (const column of columns.all) at = column.takeBack(words, at)
      decoding.accepted += words[rule.taken] ?? 0
      reader.at = (words[rule.end] ?? 0) - bodyAt
      if (ending !== full) {
        if (ending === unusual) noteRun(columns, decoding.accepted - before)
        return ending === unusual
      }
      reserve(columns, decoding)
    }
    return true
  }
}

const pageBytes = 65_536
/** 128 MB of addresses; of memory only what is used. The last page stays free: bytes are read sixteen at a time. */
const memoryPages = 2048
/** Behind what the module keeps for itself. */
const bodyAt = pageBytes
/** Behind the module's own data, which has a few kilobytes. */
const namesAt = bodyAt / 2
/** A larger body is read in TypeScript. */
const bodySizeMaxBytes = 4 * 1024 * 1024

type Exports = {
  /** Addresses of the first record and of the end of its scope. Answers how the run has ended. */
  takeSpans: (from: number, end: number) => number
  takeLogs: (from: number, end: number) => number
  /** Where words are passed: the rules first, the columns behind them. */
  stateAt: () => number
}

/** Words of `Rules` in packages/server/wasm/records.ts. */
const rule = {
  now: 0,
  attributesMax: 2,
  valueSizeMaxBytes: 3,
  judgesKeys: 4,
  seeksSecrets: 5,
  readsBodies: 6,
  infersSeverity: 7,
  names: 8,
  taken: 9,
  end: 10,
} as const
const ruleWords = 11
const stateWords = 128
/** How a run ends, besides that all is read: `unusual` and `full` of packages/server/wasm/records.ts. */
const unusual = 1
const full = 2

type LentColumns = {
  /** In the order that the module has them in. */
  all: readonly Lent[]
  /** With a value in each row, in all or in none. */
  rows: readonly { reserve(rows: number): void }[]
  count: { readonly count: number }
  texts: readonly StringColumn[]
  keys: LowCardinalityColumn
  /** Records that are left to TypeScript before the next run, and how many they were the last time. */
  left: number
  lastLeft: number
}

/** A run costs what TypeScript takes for some records, so it must read as many to be worth it. */
const worthRecords = 6
const leftMax = 64

/**
 * What has ended at something unusual after a few records only will soon do so again: of a sender whose every span has a
 * list, more and more are left to TypeScript at once, until a run is worth it.
 */
function noteRun(columns: LentColumns, records: number): void {
  columns.lastLeft = records >= worthRecords ? 0 : Math.min(columns.lastLeft * 2 + 1, leftMax)
  columns.left = columns.lastLeft
}

const lists = new WeakMap<object, LentColumns>()

type SpanColumns = ColumnsOf<(typeof tables)['spans']>
type LogColumns = ColumnsOf<(typeof tables)['logs']>
type Row = Lent & { reserve(rows: number): void }

function spanColumns(columns: SpanColumns): LentColumns {
  const { name, kind, status, duration, parent_span_id } = columns
  return lists.get(columns) ?? lent(columns, name, [kind, status, duration, parent_span_id], [])
}

function logColumns(columns: LogColumns): LentColumns {
  const { severity_text, observed_ts, severity, body } = columns
  return lists.get(columns) ?? lent(columns, severity_text, [observed_ts, severity], [body])
}

/** Those that spans and log records have in common, and behind them `rows` and `texts`, which they have alone. */
function lent(columns: SpanColumns | LogColumns, text: Row, rows: readonly Row[], texts: StringColumn[]): LentColumns {
  const { ts, trace_id, span_id, flags, attribute_types } = columns
  const { ends, keys, values } = columns.attributes
  const made: LentColumns = {
    all: [ts, trace_id, span_id, flags, text, ends, keys, values, attribute_types, ...rows, ...texts],
    rows: [ts, trace_id, span_id, flags, text, ends, attribute_types, ...rows],
    count: ts,
    texts: [values, ...texts],
    keys,
    left: 0,
    lastLeft: 0,
  }
  lists.set(columns, made)
  return made
}

/** Room for the record that the cursor stands at, as `hasRoom` and `isRoom` in packages/server/wasm want it. */
function reserve({ rows, count, texts, keys }: LentColumns, { reader }: Decoding): void {
  const { at } = reader
  const size = reader.lengthEnd() - reader.at
  reader.at = at
  for (const column of rows) column.reserve(count.count + 1)
  for (const column of texts) column.reserve(4 * size + 64)
  keys.reserve(keys.count + (size >>> 2) + 1)
}

let compiledModule: WebAssembly.Module | undefined

function compiled(): WebAssembly.Module {
  const file = new URL('./rows.wasm', import.meta.url)
  try {
    compiledModule ??= new WebAssembly.Module(readFileSync(file))
    return compiledModule
  } catch (cause) {
    throw new Error(`Cannot read records: ${file.pathname} is not there or not whole; run "npm run build".`, { cause })
  }
}
