import { parseExpression } from '../../packages/server/src/query/promql/parse/parse.ts'
import { openQuery, type Query } from '../../packages/server/src/query/query.ts'
import {
  seedEndMs,
  seedStartMs,
  seedStatements,
  seedTraceId,
} from '../../packages/server/src/query/test-world/seed.case.ts'
import { openTestWorld } from '../../packages/server/src/query/test-world/world.case.ts'
import type { Store } from '../../packages/server/src/store/store.ts'

/** What every page asks, of the seeded shop, asked of two stores: the answers must be the same but for what they cost. */

const range = { fromMs: seedStartMs, toMs: seedEndMs }
const run = { signal: new AbortController().signal }
const lists = { limit: 20 }

type Asked = Record<string, (query: Query) => Promise<unknown>>

export type Compared = { questions: number; different: string[] }

export async function compareAnswers(cluster: Store, insert: (sql: string) => Promise<void>): Promise<Compared> {
  const world = await openTestWorld()
  const statements = seedStatements()
  for (const statement of statements) world.insert(statement)
  for (const statement of statements) await insert(statement)
  const options = {
    queryTimeoutMs: 20_000,
    queryMemoryMaxBytes: 500_000_000,
    queryRowsMax: 100_000,
    querySeriesMax: 10_000,
    querySamplesMax: 1_000_000,
    tailBufferMax: 100,
  }
  const other = openQuery({ reader: cluster, options, nowUnixMs: () => seedEndMs })
  const different: string[] = []
  const asked = questions()
  for (const [name, ask] of Object.entries(asked)) {
    const [embedded, remote] = [await answerOf(ask, world.query), await answerOf(ask, other)]
    if (printed(embedded) === printed(remote)) continue
    different.push(name)
    console.error(`DIFFERENT ${name}\n  embedded ${shown(embedded)}\n  cluster  ${shown(remote)}`)
  }
  other.close()
  await world.close()
  return { questions: Object.keys(asked).length, different }
}

/** A question that has no answer would prove nothing. */
async function answerOf(ask: (query: Query) => Promise<unknown>, query: Query): Promise<unknown> {
  const answer = withoutCost(await ask(query))
  if (typeof answer === 'object' && answer !== null && ('refused' in answer || 'failed' in answer)) {
    throw new Error(`A question of the comparison is refused: ${JSON.stringify(answer)}`)
  }
  return answer
}

/** As text, in which numbers are told apart to the last bit and it does not matter what kind of array they are in. */
function printed(answer: unknown): string {
  return JSON.stringify(answer, (key, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : `number ${value}`
    // PromQL promises no order of series.
    if (key === 'series' && Array.isArray(value)) return value.toSorted((a, b) => (labelsOf(a) < labelsOf(b) ? -1 : 1))
    if (value instanceof Map) return [...value]
    return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Float64Array) : value
  })
}

const labelsOf = (series: { labels?: { key?: string } }): string => series.labels?.key ?? ''

const shown = (answer: unknown): string => printed(answer).slice(0, 1500)

function withoutCost(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null) return answer
  const { cost: _, explained: __, ...rest } = answer as { cost?: unknown; explained?: unknown }
  return rest
}

const step = { startMs: seedStartMs, endMs: seedEndMs, stepMs: 30_000 }

function promqlRange(text: string): (query: Query) => Promise<unknown> {
  return (query) => {
    const expression = parseExpression(text)
    if (expression.kind === 'parse-error') throw new Error(`The question ${text} is not PromQL`)
    return query.prometheus.range({ ...step, text, expression }, query.running(run))
  }
}

function questions(): Asked {
  const searches = ['', 'service:checkout', 'status:error', 'duration>100ms', 'user.id:u3', '"card declined"']
  const logSearches = ['', 'level>=error', 'service:cron tick', '"Card declined"', 'order.id:order-7', '-service:cron']
  const signals = ['spans', 'logs'] as const
  const promql = [
    'sum by (job) (rate(requests_total[1m]))',
    'queue',
    'histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[2m])))',
    'max_over_time(queue[2m]) > 1',
    'target_info',
    'topk(1, requests_total)',
  ]
  const asked: Asked = {
    services: (query) => query.services(range, run),
    'service checkout': (query) => query.service({ ...range, service: 'checkout' }, run),
    'trace 7': (query) => query.trace({ traceId: seedTraceId(7) }, run),
    metrics: (query) => query.metrics({ ...range, search: '' }, run),
    'labels of requests': (query) => query.metricLabels({ ...range, metric: 'requests' }, run),
  }
  for (const q of searches) {
    for (const order of ['newest', 'slowest'] as const) {
      asked[`traces ${order} "${q}"`] = (query) => query.traces({ ...range, ...lists, q, order }, run)
      asked[`spans ${order} "${q}"`] = (query) => query.spans({ ...range, ...lists, q, order }, run)
    }
  }
  for (const q of logSearches) {
    asked[`logs "${q}"`] = (query) => query.logs({ ...range, ...lists, q, order: 'newest' }, run)
    asked[`log histogram "${q}"`] = (query) => query.logHistogram({ ...range, q, buckets: 20 }, run)
    asked[`table "${q}"`] = (query) => query.table({ ...range, signal: 'logs', q: `${q} | count by service` }, run)
  }
  for (const signal of signals) {
    asked[`keys of ${signal}`] = (query) => query.keys({ ...range, signal, prefix: '' }, run)
    asked[`values of ${signal}`] = (query) => query.values({ ...range, signal, key: 'service', prefix: '' }, run)
  }
  for (const metric of ['requests', 'queue', 'jobs', 'latency', 'size']) {
    const shape = { metric, by: ['service.name'], filter: [] }
    asked[`range of ${metric}`] = (query) => query.metricRange({ ...range, ...shape }, run)
  }
  for (const text of promql) asked[`promql ${text}`] = promqlRange(text)
  return asked
}
