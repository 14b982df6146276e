import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StatusAnswer } from '@wakeline/protocol'
import { openClusterStore } from '../packages/server/src/store/cluster.ts'
import { ClusterHost } from '../packages/server/src/store/cluster-host.ts'
import { parseClusterUrl } from '../packages/server/src/store/cluster-url.ts'
import { QueryError, type Store } from '../packages/server/src/store/store.ts'
import { clusterName, type Node, startNodes } from './cluster/nodes.ts'
import { compareAnswers } from './cluster/questions.ts'
import type { Counts } from './crash.ts'
import { type CrashSender, startCrashSender } from './crash-sender.ts'
import { eventually, freePort, type RunningServer, startServer } from './server.ts'

/**
 * Two shards of two replicas and two Wakeline servers that know nothing of each other, under load:
 *
 *   a replica is killed        segments wait, nothing is refused
 *   a Wakeline is killed       its segments wait for its next start
 *   both come back             everything is loaded
 *
 * Then every acknowledged record must be there once, on both replicas of its shard, in tables and rollups; and what the pages ask
 * must have the same answers as from the embedded store on the same data.
 */
const memoryMinBytes = 6 * 1024 ** 3
const downMs = 6000

export async function runCluster(): Promise<Counts> {
  if (freemem() < memoryMinBytes) {
    console.error(
      `SKIPPED: four ClickHouse servers need ${memoryMinBytes} bytes of free memory and there are ${freemem()}. Nothing was tested.`,
    )
    return { skipped: 1, wrong: 0 }
  }
  const folder = await mkdtemp(join(tmpdir(), 'wakeline-cluster-'))
  const started: RunningServer[] = []
  const nodes = await step('four ClickHouse nodes to start', startNodes(folder))
  try {
    const { senders, waited, faults } = await underLoad(folder, nodes, started)
    const stored = await step('records to be compared', compare(nodes, senders))
    const answers = await step('answers to be compared', compareWithEmbedded(nodes))
    const counts: Counts = {
      ...stored,
      segments_waited: waited,
      questions: answers.questions,
      ...faults,
      ...answers.faults,
      cores: availableParallelism(),
    }
    const faulty = Object.values({ ...faults, ...answers.faults }).reduce((sum, count) => sum + count, 0)
    return { ...counts, wrong: faulty + (stored['wrong'] ?? 0) }
  } finally {
    await Promise.all(started.map((server) => server.stop('SIGKILL')))
    await Promise.all(nodes.map((node) => node.stop()))
    await rm(folder, { recursive: true, force: true })
  }
}

const sayEveryMs = 30_000
const stepMaxMs = 300_000

/** Says what is waited for, and after five minutes fails with it: a run that hangs without a word tells nobody where to look. */
async function step<Value>(what: string, waitedFor: Promise<Value>): Promise<Value> {
  const startMs = performance.now()
  const seconds = (): number => Math.round((performance.now() - startMs) / 1000)
  const saying = setInterval(() => console.log(`  still waiting for ${what}, ${seconds()} s`), sayEveryMs)
  let late: NodeJS.Timeout | undefined
  const failing = new Promise<never>((_resolve, reject) => {
    late = setTimeout(() => reject(new Error(`Waited ${seconds()} s for ${what}, in vain`)), stepMaxMs)
  })
  try {
    return await Promise.race([waitedFor, failing])
  } finally {
    clearInterval(saying)
    clearTimeout(late)
  }
}

const storeUrl = (nodes: readonly Node[], database: string): string =>
  nodes.map(({ url }, index) => (index === 0 ? `${url}/${database}?cluster=${clusterName}` : url)).join(',')

async function underLoad(folder: string, nodes: readonly Node[], started: RunningServer[]) {
  const startWakeline = async (name: string, order: readonly Node[], port: number): Promise<RunningServer> => {
    const flags = ['--store', storeUrl(order, 'wakeline'), '--otlp-http-port', String(port)]
    const starting = startServer({ directory: join(folder, name), flags })
    const server = await step(`the ${name} Wakeline server to start`, starting)
    started.push(server)
    return server
  }
  const ports = [await freePort(), await freePort()] as const
  const first = await startWakeline('first', nodes, ports[0])
  let second = await startWakeline('second', nodes.toReversed(), ports[1])
  const senders = [0, 1].flatMap((pair) => [
    startCrashSender(first.otlpHttp, pair),
    startCrashSender(second.otlpHttp, pair + 2),
  ])
  await sleep(downMs)
  const [, , , last] = nodes
  if (last === undefined) throw new Error('there are four nodes')
  console.log('  a replica is killed')
  await step(`${last.name} to be gone`, last.stop())
  await sleep(downMs / 2)
  console.log('  a Wakeline server is killed and started again')
  await step('the killed Wakeline server to be gone', second.stop('SIGKILL'))
  second = await startWakeline('second', nodes.toReversed(), ports[1])
  await sleep(downMs / 2)
  const waited = await step('the status of the first server', waiting(first))
  console.log(`  the replica comes back; ${waited} segments of the first server wait for it`)
  await step(`${last.name} to come back`, last.start())
  await sleep(downMs)
  await step('the last requests of the senders', Promise.all(senders.map((sender) => sender.stop())))
  console.log('  the senders have stopped')
  const isLoaded = (server: RunningServer): Promise<number> =>
    eventually(
      () => waiting(server),
      (n) => n === 0,
      60_000,
    )
  const left = await step('both servers to load what waits', Promise.all([first, second].map(isLoaded)))
  const exits = await step('both servers to end', Promise.all([first.stop(), second.stop()]))
  const faults = {
    servers_with_segments_left: left.filter((n) => n > 0).length,
    servers_that_failed: exits.filter((code) => code !== 0).length,
    nothing_waited: waited > 0 ? 0 : 1,
  }
  return { senders, waited, faults }
}

async function compareWithEmbedded(nodes: readonly Node[]) {
  return withStore(nodes, 'answers', async (store) => {
    await store.migrate()
    const host = hostOf(nodes[0]?.url ?? '', 'answers')
    const compared = await compareAnswers(store, (sql) => host.run(sql, { distributed_foreground_insert: 1 }))
    await host.close()
    const faults = {
      answers_different: compared.different.length,
      costs_untold: compared.costUntold.length,
      tables_different: compared.tablesDiffer.length,
      queries_unstopped: await countUnstopped(store),
      parameters_lost: await countLostParams(store),
    }
    return { questions: compared.questions, faults }
  })
}

/** Infinity while the store is away for the status, too. */
const waiting = (server: RunningServer): Promise<number> =>
  server.ask<StatusAnswer>('/status').then(
    ({ ingest }) => ingest.waitingSegments,
    () => Number.POSITIVE_INFINITY,
  )

async function withStore<Value>(
  nodes: readonly Node[],
  database: string,
  act: (store: Store) => Promise<Value>,
): Promise<Value> {
  const store = openClusterStore({
    ...parseClusterUrl(storeUrl(nodes, database)),
    password: '',
    connectionsMax: 4,
    limits: { timeoutMs: 60_000, memoryMaxBytes: 512 * 1024 ** 2, rowsMax: 1_000_000 },
    report: console.error,
  })
  try {
    return await act(store)
  } finally {
    await store.close()
  }
}

/** Queries that go on in the engine after their client has gone. */
async function countUnstopped(store: Store): Promise<number> {
  const leaving = new AbortController()
  const asking = store.rows(
    { sql: 'SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))', params: {} },
    { signal: leaving.signal },
  )
  const stopped = asking.then(
    () => false,
    (error: unknown) => error instanceof QueryError && error.reason === 'cancelled',
  )
  await sleep(500)
  leaving.abort()
  const running = (): Promise<number> =>
    store
      .rows<{ n: string }>({
        sql: `SELECT count() AS n FROM clusterAllReplicas('${clusterName}', system.processes) WHERE query LIKE '%sipHash64%' AND query NOT LIKE '%processes%'`,
        params: {},
      })
      .then(({ rows }) => Number(rows[0]?.n))
  const left = await eventually(running, (n) => n === 0, 5000)
  return left + ((await stopped) ? 0 : 1)
}

/** More parameters than a URL may hold. */
async function countLostParams(store: Store): Promise<number> {
  const sent = Array.from({ length: 50_000 }, (_, index) => String(index * 1_000_003))
  const { rows } = await store.rows<{ n: string }>({
    sql: 'SELECT length(arrayDistinct({p1:Array(UInt64)})) AS n',
    params: { p1: sent },
  })
  return sent.length - Number(rows[0]?.n)
}

const hostOf = (url: string, database: string): ClusterHost =>
  new ClusterHost({ url, user: 'default', password: '', database, connectionsMax: 2, timeoutMs: 60_000 })

const fromSenders = "(service = 'crash-sender')"

async function compare(nodes: readonly Node[], senders: readonly CrashSender[]): Promise<Counts> {
  const sent = (signal: 'spans' | 'logs'): number =>
    senders.reduce((sum, sender) => sum + sender.acknowledged[signal], 0)
  const pairs: [name: string, acknowledged: number, stored: string][] = [
    ['spans', sent('spans'), `(SELECT count() FROM spans WHERE ${fromSenders})`],
    ['distinct spans', sent('spans'), `(SELECT uniqExact(span_id) FROM spans WHERE ${fromSenders})`],
    ['spans in span_red', sent('spans'), `(SELECT sum(requests) FROM span_red WHERE ${fromSenders})`],
    ['spans in attribute_keys', sent('spans'), "(SELECT sum(records) FROM attribute_keys WHERE key = 'crash.batch')"],
    ['logs', sent('logs'), `(SELECT count() FROM logs WHERE ${fromSenders})`],
    ['distinct logs', sent('logs'), `(SELECT uniqExact(body) FROM logs WHERE ${fromSenders})`],
    ['logs in log_volume', sent('logs'), `(SELECT sum(records) FROM log_volume WHERE ${fromSenders})`],
  ]
  const number = (node: Node, sql: string): Promise<number> => askNumber(node.url, `SELECT ${sql}`)
  let wrong = 0
  const hold = (name: string, expected: number, found: number): void => {
    if (expected === found) return
    wrong += 1
    console.error(`WRONG ${name}: ${expected} expected, ${found} found`)
  }
  // Each node reads the other shard's rows from a replica of its choice; local tables say it of every replica.
  for (const node of nodes) {
    for (const [name, acknowledged, sql] of pairs)
      hold(`${name} asked of ${node.name}`, acknowledged, await number(node, sql))
  }
  for (const table of ['spans', 'logs']) {
    const [a = 0, b = 0, c = 0, d = 0] = await Promise.all(
      nodes.map((node) => number(node, `count() FROM ${table}_local`)),
    )
    hold(`${table} of the replicas of shard 1`, a, b)
    hold(`${table} of the replicas of shard 2`, c, d)
    hold(`${table} of both shards`, sent(table === 'spans' ? 'spans' : 'logs'), a + c)
  }
  const [first] = nodes
  if (first === undefined) throw new Error('a cluster has nodes')
  const acknowledged = sent('spans') + sent('logs')
  const stored = (await number(first, 'count() FROM spans')) + (await number(first, 'count() FROM logs'))
  const distinct =
    (await number(first, 'uniqExact(span_id) FROM spans')) + (await number(first, 'uniqExact(body) FROM logs'))
  const repeated = senders.reduce((sum, sender) => sum + sender.repeats, 0)
  return {
    acknowledged,
    stored,
    duplicated: stored - distinct,
    lost: acknowledged - distinct,
    repeated_requests: repeated,
    wrong,
  }
}

async function askNumber(url: string, sql: string): Promise<number> {
  const host = hostOf(url, 'wakeline')
  try {
    const settings = { distributed_product_mode: 'global' } as const
    return Number((await host.ask({ sql, format: 'TSV', settings })).bytes.toString())
  } finally {
    await host.close()
  }
}
