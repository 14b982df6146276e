import { isRefused } from '../packages/server/src/base/refused.ts'
import { openQuery, type Query } from '../packages/server/src/query/query.ts'
import type { Store } from '../packages/server/src/store/store.ts'
import { dayMs, dayStartMs, openSearchData, traceIdSql } from './query-search-data.ts'
import { costRow, type Row, soloRow } from './rows.ts'

/**
 * Searches over a day of 10 M spans and 20 M log lines, asked as the pages ask them: pages of 50 traces or 200 lines,
 * newest first. Medians of 5 with the engine's caches warm, and, as information, with all of them dropped before each.
 */
const searchSize = { spans: 10_000_000, logs: 20_000_000 }
const rounds = 5
const day = { fromMs: dayStartMs, toMs: dayStartMs + dayMs }

type Asking = { name: string; targetMs: number; ask: (query: Query) => Promise<{ found: number; isRight: boolean }> }

export async function benchSearch(size = searchSize): Promise<Row[]> {
  const { store, dropCaches, close } = await openSearchData(size)
  const query = openQuery({
    reader: store,
    nowUnixMs: () => day.toMs,
    options: {
      queryTimeoutMs: 60_000,
      queryMemoryMaxBytes: 1e9,
      queryRowsMax: 100_000,
      querySeriesMax: 10_000,
      querySamplesMax: 1_000_000,
      tailBufferMax: 1,
    },
  })
  try {
    const asked = askings(size, await someTraceId(store, size.spans / 20))
    const rows: Row[] = []
    for (const asking of asked) {
      const warm = await measure(asking, query, async () => {})
      const cold = await measure(asking, query, dropCaches)
      rows.push(costRow(`${asking.name} (target ${asking.targetMs} ms)`, warm, asking.targetMs, 'ms'))
      rows.push(soloRow(`${asking.name}, caches dropped`, cold, 'ms'))
    }
    return rows
  } finally {
    query.close()
    await close()
  }
}

function askings({ spans, logs }: { spans: number; logs: number }, traceId: string): Asking[] {
  const [ofSpans, ofLogs] = [spans, logs].map((rows) => `${rows / 1e6}M`)
  const traces = (q: string, isRight: (found: number) => boolean) => async (query: Query) => {
    const answer = await query.traces({ ...day, q, order: 'newest', limit: 50 }, {})
    const found = answered(answer).traces.length
    return { found, isRight: isRight(found) }
  }
  const lines = (q: string, isRight: (found: number) => boolean) => async (query: Query) => {
    const answer = await query.logs({ ...day, q, order: 'newest', limit: 200 }, {})
    const found = answered(answer).records.length
    return { found, isRight: isRight(found) }
  }
  return [
    {
      name: `trace by id ${ofSpans}`,
      targetMs: 30,
      ask: async (query) => {
        const found = answered(await query.trace({ traceId }, {})).spans.length
        return { found, isRight: found === 10 }
      },
    },
    {
      name: `by service and duration ${ofSpans}`,
      targetMs: 60,
      ask: traces('service:service-3 duration>900s', (n) => n === 50),
    },
    { name: `by attribute ${ofSpans}`, targetMs: 100, ask: traces('user.id:user-4711', (n) => n > 0) },
    { name: `no match ${ofSpans}`, targetMs: 200, ask: traces('user.id:nobody', (n) => n === 0) },
    { name: `token ${ofLogs}`, targetMs: 50, ask: lines('zebra', (n) => n === Math.min(200, logs / 50_000)) },
    {
      name: `phrase ${ofLogs}`,
      targetMs: 150,
      ask: lines('"card declined"', (n) => n === Math.min(200, logs / 20_000)),
    },
    { name: `no match ${ofLogs}`, targetMs: 100, ask: lines('nowhere', (n) => n === 0) },
    {
      name: `day histogram ${ofLogs}`,
      targetMs: 50,
      ask: async (query) => {
        const { total } = answered(await query.logHistogram({ ...day, q: 'level>=warn', buckets: 60 }, {}))
        return { found: total, isRight: Math.abs(total / logs / (2 / 7) - 1) < 0.01 }
      },
    },
  ]
}

function answered<Answer extends object>(answer: Answer): Exclude<Answer, { refused: unknown }> {
  if (isRefused(answer)) throw new Error(answer.message)
  return answer as Exclude<Answer, { refused: unknown }>
}

async function someTraceId(store: Store, trace: number): Promise<string> {
  const sql = `SELECT lower(hex(${traceIdSql(String(trace))})) AS id`
  const { rows } = await store.rows<{ id: string }>({ sql, params: {} })
  return rows[0]?.id ?? ''
}

async function measure({ name, ask }: Asking, query: Query, before: () => Promise<void>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round <= rounds; round++) {
    await before()
    const startMs = performance.now()
    const { found, isRight } = await ask(query)
    const tookMs = performance.now() - startMs
    if (!isRight) throw new Error(`Cannot measure "${name}": it found ${found}, which is not right`)
    if (round > 0) times.push(tookMs)
  }
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN
}
