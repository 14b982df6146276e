import type { Lent } from '../../../base/native/lent.ts'
import type { LowCardinalityColumn } from '../../../base/native/low-cardinality-column.ts'
import type { StringColumn } from '../../../base/native/string-column.ts'
import type { ColumnsOf } from '../../../base/native/table-block.ts'
import type { tables } from '../../../store/tables.ts'
import type { Arrival } from '../../arrival/arrival.ts'
import type { Decoding } from '../decoding.ts'
import { bodyAt, type FastModule, full, namesAt, rule, ruleWords, unusual, Worth } from './fast-module.ts'

/** Spans and log records that hold only what is usual, and they are nearly all, are read into the very columns that TypeScript fills. */
export class FastRows {
  readonly #module: FastModule
  #arrival: Arrival | undefined

  constructor(module: FastModule) {
    this.#module = module
  }

  /** Whether records of this body can be read here: they are where all are to be looked at closely. */
  open({ reader: { bytes }, limits, arrival, shedLevel, nowLow, nowHigh }: Decoding): boolean {
    if (shedLevel > 0 || arrival?.hasOwnKeys === true || !this.#module.open(bytes)) return false
    const { words } = this.#module
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
    return this.#run(this.#module.exports.takeSpans, spanColumns(decoding.blocks.spans.columns), decoding, end)
  }

  logs(decoding: Decoding, end: number): boolean {
    return this.#run(this.#module.exports.takeLogs, logColumns(decoding.blocks.logs.columns), decoding, end)
  }

  #setArrival(arrival: Arrival | undefined): void {
    const { words } = this.#module
    words[rule.judgesKeys] = arrival === undefined ? 0 : 1
    words[rule.seeksSecrets] = arrival?.options.redact ? 1 : 0
    words[rule.readsBodies] = arrival?.options.parseBodies ? 1 : 0
    words[rule.infersSeverity] = arrival?.options.inferSeverity ? 1 : 0
    words[rule.names] = namesAt
    this.#module.writeNames(arrival?.stableNames ?? [])
    this.#arrival = arrival
  }

  #run(take: (from: number, end: number) => number, columns: LentColumns, decoding: Decoding, end: number): boolean {
    const { reader } = decoding
    const { isEager, memory, words } = this.#module
    if (!columns.worth.ask() && !isEager) return true
    const before = decoding.accepted
    while (columns.all.every((column) => column.isIn(memory))) {
      let at = ruleWords
      for (const column of columns.all) at = column.lend(words, at)
      const ending = take(bodyAt + reader.at, bodyAt + end)
      at = ruleWords
      for (const column of columns.all) at = column.takeBack(words, at)
      decoding.accepted += words[rule.taken] ?? 0
      reader.at = (words[rule.end] ?? 0) - bodyAt
      if (ending !== full) {
        columns.worth.note(decoding.accepted - before, ending === unusual)
        return ending === unusual
      }
      reserve(columns, decoding)
    }
    return true
  }
}

type LentColumns = {
  /** In the order that the module has them in. */
  all: readonly Lent[]
  /** With a value in each row, in all or in none. */
  rows: readonly { reserve(rows: number): void }[]
  count: { readonly count: number }
  texts: readonly StringColumn[]
  keys: LowCardinalityColumn
  worth: Worth
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
    worth: new Worth(),
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
