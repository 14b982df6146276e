import { type TraceMatchesRow, traceMatchesSql } from './plan/trace-search.ts'
import type { TracePageRow, TracesPlan } from './plan/traces.ts'
import type { Running } from './run.ts'
import type { Condition } from './search/condition.ts'
import { anchorOf, type TraceSearch } from './search/trace-condition.ts'
import { holds, spansFound, type TraceSpans } from './search/trace-holds.ts'
import { askPage } from './trace-page.ts'
import { askPlaces } from './trace-places.ts'

export type FoundTrace = { traceId: string; key: bigint; spanIds: ReadonlySet<string> }
export type FoundTraces = {
  found: FoundTrace[]
  /** Where the next page begins; undefined when everything was looked at. */
  next: { key: bigint; traceId: string } | undefined
  /** The time of one page ran out before it was full. */
  isPartial: boolean
}

/** Traces looked at in one go: few at first, because most searches are met soon. */
const tracesAtFirst = 200
const tracesAtOnceMax = 5000
const spansAtOnce = 200_000

/**
 * Traces that a search of whole traces finds: those with a span that its anchor matches, in order, looked at whole until
 * the page is full or half of the question's time is spent. Then the page ends where it is, and its cursor goes on.
 */
export async function askFoundTraces(
  search: TraceSearch,
  plan: Omit<TracesPlan, 'condition'>,
  running: Running,
): Promise<FoundTraces> {
  let anchor: Condition = anchorOf(search) ?? { is: 'always' }
  const timeMs = running.leftMs() / 2
  const found: FoundTrace[] = []
  let after = plan.after
  for (let traces = tracesAtFirst; ; ) {
    const page = await askPage({ ...plan, condition: anchor, traces, ...(after && { after }) }, running)
    const rows = page.rows
    anchor = page.condition
    const matches = rows.length === 0 ? { found: [], spans: 0 } : await askMatches(search, rows, running)
    found.push(...matches.found)
    const last = rows.at(-1)
    if (last !== undefined) after = { key: BigInt(last.last_key), traceId: last.trace }
    if (found.length >= plan.traces) {
      const shown = found.slice(0, plan.traces)
      const end = shown.at(-1)
      const isEnd = found.length === plan.traces && rows.length < traces
      return { found: shown, next: isEnd || end === undefined ? undefined : end, isPartial: false }
    }
    if (rows.length < traces) return { found, next: undefined, isPartial: false }
    if (running.leftMs() < timeMs) return { found, next: after, isPartial: true }
    const spansEach = Math.max(1, matches.spans / rows.length)
    traces = Math.ceil(Math.min(traces * 4, tracesAtOnceMax, Math.max(50, spansAtOnce / spansEach)))
  }
}

/** Looks at whole traces; what is found stays in the order of the candidates. */
export async function askMatches(
  search: TraceSearch,
  candidates: readonly Pick<TracePageRow, 'trace' | 'last_key'>[],
  running: Running,
): Promise<{ found: FoundTrace[]; spans: number }> {
  const ids = candidates.map(({ trace }) => trace)
  const places = await askPlaces(ids, running)
  const rows = places === undefined ? [] : await running.rows<TraceMatchesRow>(traceMatchesSql(search, places))
  const byId = new Map(rows.map((row) => [row.trace, row]))
  const found = candidates.flatMap(({ trace, last_key }): FoundTrace[] => {
    const row = byId.get(trace)
    if (row === undefined) return []
    const spans = traceSpans(row)
    if (!holds(search.condition, spans)) return []
    return [{ traceId: trace, key: BigInt(last_key), spanIds: spansFound(search.condition, spans) }]
  })
  return { found, spans: rows.reduce((sum, { nodes }) => sum + nodes.length, 0) }
}

function traceSpans({ span_count, errors, services, nanoseconds, nodes }: TraceMatchesRow): TraceSpans {
  return {
    measures: {
      duration: Number(nanoseconds),
      spans: Number(span_count),
      errors: Number(errors),
      services: Number(services),
    },
    spans: nodes.map(([spanId, parentSpanId, matches]) => ({ spanId, parentSpanId, matches: Number(matches) })),
  }
}
