import type { SpansAnswer } from '@wakeline/protocol'
import { isRefused, type Refused } from '../base/refused.ts'
import { parseCursor, printCursor } from './cursor.ts'
import { askOrigins } from './origins.ts'
import type { SpanRow } from './plan/span-columns.ts'
import { chosenSpansSql, type SpansPlan, spansEndSql, spansSql } from './plan/spans.ts'
import type { Running } from './run.ts'
import { readTraceSearch } from './search/read-search.ts'
import { onlyLeaf, type TraceSearch } from './search/trace-condition.ts'
import { widen } from './slices.ts'
import type { TimeRange } from './time-range.ts'
import { askPlaces } from './trace-places.ts'
import { askFoundTraces } from './trace-search.ts'
import type { TracesAsk } from './traces.ts'
import { spanRecord } from './view/traces.ts'

/** The spans a search finds: of one condition directly, of structure by way of the traces that have it. */
export async function askSpans(ask: TracesAsk, running: Running): Promise<SpansAnswer | Refused> {
  const search = readTraceSearch(ask.q)
  if (isRefused(search)) return search
  const condition = onlyLeaf(search)
  if (condition === undefined) return spansOfTraces(search, ask, running)
  const cursor = ask.cursor === undefined ? undefined : parseCursor(ask.cursor, /^[0-9a-f]{48}-\d{1,7}$/)
  if (cursor !== undefined && isRefused(cursor)) return cursor
  const { fromMs, toMs, order, limit } = ask
  const after = cursor && { key: cursor.key, id: cursor.rest.slice(0, 48) }
  const given = Number(cursor?.rest.slice(49) ?? 0)
  const plan: SpansPlan = { fromMs, toMs, order, condition, rows: limit + 1 + given, ...(after && { after }) }
  const read = await askPage(plan, running)
  const isGiven = (row: SortedSpanRow, at: number) => at < given && after !== undefined && isAt(row, after)
  const rows = read.filter((row, at) => !isGiven(row, at))
  const shown = rows.slice(0, limit)
  const origins = await askOrigins(shown, running)
  const last = rows.length > shown.length ? shown.at(-1) : undefined
  return {
    spans: shown.map(spanRecord),
    ...origins,
    ...(last && { nextCursor: cursorBehind(last, read.slice(0, read.indexOf(last) + 1)) }),
    cost: running.cost(),
  }
}

type SortedSpanRow = SpanRow & { sort_key: string }
type SpanPlace = { key: bigint; id: string }

const placeOf = (row: SortedSpanRow): SpanPlace => ({ key: BigInt(row.sort_key), id: row.trace + row.span })
const isAt = (row: SortedSpanRow, { key, id }: SpanPlace): boolean =>
  row.trace + row.span === id && BigInt(row.sort_key) === key

/** Spans may share time, trace and id, as the two sides of a call do that Zipkin's senders make: the cursor counts them. */
function cursorBehind(last: SortedSpanRow, rows: readonly SortedSpanRow[]): string {
  const { key, id } = placeOf(last)
  return printCursor({ key, rest: `${id}-${rows.filter((row) => isAt(row, { key, id })).length}` })
}

async function askPage(plan: SpansPlan, running: Running): Promise<SortedSpanRow[]> {
  const { fromMs, toMs, order, after } = plan
  const endMs = order === 'newest' && after !== undefined ? Math.min(toMs, Number(after.key / 1_000_000n) + 1) : toMs
  const rows: SortedSpanRow[] = []
  const read = async (stretch: TimeRange): Promise<number> => {
    const part = { ...plan, ...stretch, rows: plan.rows - rows.length }
    const [end] = await running.rows<{ page_end: string | null }>(spansEndSql(part))
    if (end === undefined || end.page_end === null) return 0
    const found = await running.rows<SortedSpanRow>(spansSql(part, BigInt(end.page_end)))
    rows.push(...found)
    return found.length
  }
  const range = { fromMs, toMs: endMs }
  if (order === 'slowest') await read(range)
  else await widen(range, { order, wanted: plan.rows, isCumulative: false }, read)
  return rows
}

async function spansOfTraces(search: TraceSearch, ask: TracesAsk, running: Running): Promise<SpansAnswer | Refused> {
  const cursor = ask.cursor === undefined ? undefined : parseCursor(ask.cursor, /^[0-9a-f]{32}$/)
  if (cursor !== undefined && isRefused(cursor)) return cursor
  const { fromMs, toMs, order, limit } = ask
  const after = cursor && { key: cursor.key, traceId: cursor.rest }
  const plan = { fromMs, toMs, order, traces: limit, ...(after && { after }) }
  const { found, next, isPartial } = await askFoundTraces(search, plan, running)
  const chosen = found.flatMap(({ traceId, spanIds }) => [...spanIds].map((spanId) => ({ traceId, spanId })))
  const places = await askPlaces([...new Set(chosen.map(({ traceId }) => traceId))], running)
  const rows = places === undefined ? [] : await running.rows<SpanRow>(chosenSpansSql(chosen, places))
  const origins = await askOrigins(rows, running)
  return {
    spans: rows.map(spanRecord),
    ...origins,
    ...(next && { nextCursor: printCursor({ key: next.key, rest: next.traceId }) }),
    ...(isPartial && { isPartial }),
    cost: running.cost(),
  }
}
