import { EdgeRollup } from '../../packages/server/src/main/edge-rollup.ts'
import { parseExpression } from '../../packages/server/src/query/promql/parse/parse.ts'
import { openQuery, type Query } from '../../packages/server/src/query/query.ts'
import {
  seedEndMs,
  seedStartMs,
  seedStatements,
  seedTraceId,
} from '../../packages/server/src/query/test-world/seed.case.ts'
import { openTestWorld } from '../../packages/server/src/query/test-world/world.case.ts'
import { createdTables } from '../../packages/server/src/store/cluster-schema.ts'
import { migrationsDirectory, readMigrations } from '../../packages/server/src/store/migrate.ts'
import type { Store } from '../../packages/server/src/store/store.ts'

/**
 * What every page asks, of the seeded shop, asked of two stores: the answers must be the same but for what they cost. Then the
 * rollup that the server makes itself is made on both, and asked again; in the end no table that one has filled may be empty
 * on the other.
 */

const range = { fromMs: seedStartMs, toMs: seedEndMs }
const run = { signal: new AbortController().signal }
const lists = { limit: 20 }

type Asked = Record<string, (query: Query) => Promise<object>>

export type Compared = { questions: number; different: string[]; costUntold: string[]; tablesDiffer: string[] }

const receipt = `INSERT INTO receipts VALUES (fromUnixTimestamp64Milli(${seedStartMs + 61_000}, 'UTC'), 'shop-1', 'logs', 1, 60, 58, 2, 0, 'full=3')`

export async function compareAnswers(cluster: Store, insert: (sql: string) => Promise<void>): Promise<Compared> {
  const world = await openTestWorld()
  const statements = [...seedStatements(), receipt]
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
  const compared: Compared = { questions: 0, different: [], costUntold: [], tablesDiffer: [] }
  const compareAll = async (asked: Asked): Promise<void> => {
    for (const [name, ask] of Object.entries(asked)) {
      compared.questions += 1
      const [embedded, remote] = [await answerOf(name, ask, world.query), await answerOf(name, ask, other)]
      if (rowsRead(embedded) > 0 && rowsRead(remote) === 0) compared.costUntold.push(name)
      const [one, two] = [withoutCost(embedded), withoutCost(remote)]
      if (printed(one) === printed(two)) continue
      compared.different.push(name)
      console.error(`DIFFERENT ${name}\n  embedded ${shown(one)}\n  cluster  ${shown(two)}`)
    }
  }
  await compareAll(questions())
  await makeEdges(world.store, world.query)
  await makeEdges(cluster, other)
  await compareAll(questionsOfEdges())
  compared.tablesDiffer.push(...(await differentTables(world.store, cluster)))
  other.close()
  await world.close()
  return compared
}

/** As the server does by itself, of all ten minutes of the shop. */
async function makeEdges(store: Store, query: Query): Promise<void> {
  const faults: string[] = []
  const report = (sentence: string): void => void faults.push(sentence)
  const rollup = new EdgeRollup({ store, query, nowUnixMs: () => seedEndMs + 3_600_000, report })
  await rollup.look()
  await rollup.stop()
  if (faults.length > 0)
    throw new Error(`The ${store.driver} store did not make its service edges: ${faults.join('; ')}`)
}

/** Tables with rows on one side only: how many rows a rollup has is a matter of its merges. */
async function differentTables(embedded: Store, cluster: Store): Promise<string[]> {
  const migrations = await readMigrations(migrationsDirectory)
  const tables = [...createdTables(migrations.flatMap(({ statements }) => statements))]
  const isFilled = async (store: Store, table: string): Promise<boolean> =>
    (await store.rows({ sql: `SELECT 1 FROM ${table} LIMIT 1`, params: {} })).rows.length > 0
  const different: string[] = []
  for (const table of tables) {
    const [one, two] = [await isFilled(embedded, table), await isFilled(cluster, table)]
    if (one === two) continue
    different.push(table)
    console.error(
      `DIFFERENT table ${table}: ${one ? 'filled' : 'empty'} when embedded, ${two ? 'filled' : 'empty'} on the cluster`,
    )
  }
  return different
}

/** A question that has no answer would prove nothing. */
async function answerOf(name: string, ask: (query: Query) => Promise<object>, query: Query): Promise<object> {
  const answer = await ask(query)
  if ('refused' in answer || 'failed' in answer) {
    throw new Error(`The question "${name}" of the comparison is refused: ${JSON.stringify(answer)}`)
  }
  return answer
}

function rowsRead(answer: object): number {
  const { cost }: { cost?: { rowsRead?: number } } = answer
  return cost?.rowsRead ?? 0
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

function withoutCost(answer: object): unknown {
  if (Array.isArray(answer)) return answer
  const { cost: _, explained: __, ...rest }: { cost?: unknown; explained?: unknown } = answer
  return rest
}

const step = { startMs: seedStartMs, endMs: seedEndMs, stepMs: 30_000 }

function promqlRange(text: string): (query: Query) => Promise<object> {
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
  const logql = [
    '{service_name="checkout"} |= "declined"',
    'sum by (service_name) (count_over_time({service_name=~".+"}[2m]))',
  ]
  const asked: Asked = {
    services: (query) => query.services(range, run),
    'service checkout': (query) => query.service({ ...range, service: 'checkout' }, run),
    'trace 7': (query) => query.trace({ traceId: seedTraceId(7) }, run),
    'trace sample': (query) => query.traceSample({ ...range, q: 'status:error', traces: 5 }, run),
    'whole traces': (query) => query.wholeTraces({ traceIds: [seedTraceId(7), seedTraceId(8)] }, run),
    'operations of checkout': (query) => query.operationNames({ ...range, service: 'checkout' }, run),
    'service edges, from spans': (query) => query.serviceEdges(range, run),
    receipts: (query) => query.receipts(range, run),
    'typed SQL': (query) =>
      query.sql({ sql: 'SELECT service, count() FROM spans GROUP BY service ORDER BY service' }, run),
    'streams of logs': (query) => query.logStreams({ ...range, query: '{service_name="checkout"}' }, run),
    'labels of logs': (query) => query.logLabels(range, run),
    'values of a label of logs': (query) => query.logLabelValues({ ...range, label: 'service_name' }, run),
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
  for (const text of logql) {
    const ask = { ...range, query: text, stepMs: 60_000, order: 'newest', limit: 20 } as const
    asked[`logql ${text}`] = (query) => query.logql(ask, run)
  }
  return asked
}

function questionsOfEdges(): Asked {
  const minutes = 'SELECT uniqExact(minute), sum(length(callers)), min(spans), max(spans) FROM service_edges'
  return {
    'service edges, from their rollup': (query) => query.serviceEdges(range, run),
    'minutes of edges that are made': (query) => query.sql({ sql: minutes }, run),
    'minutes of edges that are due': (query) => query.dueMinutes(range, run),
  }
}
