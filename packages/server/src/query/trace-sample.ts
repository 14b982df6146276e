import type { TraceSampleAnswer } from '@wakeline/protocol'
import { isRefused, type Refused } from '../base/refused.ts'
import { type TraceSampleRow, traceSampleSql } from './plan/trace-sample.ts'
import type { Running } from './run.ts'
import { readTraceSearch } from './search/read-search.ts'
import { anchorOf, onlyLeaf } from './search/trace-condition.ts'
import type { TimeRange } from './time-range.ts'
import { askMatches } from './trace-search.ts'
import { askSummaries } from './traces.ts'
import { traceSummaries } from './view/traces.ts'

export type TraceSampleAsk = TimeRange & { q: string; traces: number }

/** How many times as many traces are drawn where only some will prove to be what was asked for. */
const drawnFor = 5

/** A fair sample of all traces that a search finds, for a picture of them: not only of those on the first page. */
export async function askTraceSample(ask: TraceSampleAsk, running: Running): Promise<TraceSampleAnswer | Refused> {
  const search = readTraceSearch(ask.q)
  if (isRefused(search)) return search
  const only = onlyLeaf(search)
  const condition = only ?? anchorOf(search) ?? { is: 'always' as const }
  const drawn = only === undefined ? ask.traces * drawnFor : ask.traces
  const rows = await running.rows<TraceSampleRow>(traceSampleSql(condition, ask, drawn))
  const candidates = rows.map(({ trace, matched }) => ({ trace, last_key: '0', matched }))
  const found =
    only === undefined && rows.length > 0
      ? (await askMatches(search, candidates, running)).found.map(
          ({ traceId, spanIds }) => [traceId, spanIds.size] as const,
        )
      : rows.map(({ trace, matched }) => [trace, Number(matched)] as const)
  const shown = found.slice(0, ask.traces)
  const ids = shown.map(([traceId]) => traceId)
  const summaries = await askSummaries(ids, undefined, running)
  const drawnFrom = Number(rows[0]?.total ?? 0)
  // Of what only some prove to be, the whole is in the proportion of the sample.
  const total = only === undefined ? Math.round((drawnFrom * found.length) / Math.max(1, rows.length)) : drawnFrom
  return {
    traces: traceSummaries(ids, summaries, new Map(shown)),
    total,
    isEstimate: only === undefined && drawnFrom > rows.length,
    cost: running.cost(),
  }
}
