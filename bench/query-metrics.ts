import { metricStartMs } from './query-metrics-data.ts'
import { type Asked, startOurs, startPrometheus, startVictoriaMetrics } from './query-metrics-peers.ts'
import { costRow, median, type Row, soloRow } from './rows.ts'

/**
 * PromQL over HTTP, ours and Debian's Prometheus and VictoriaMetrics in turn over the same data: an hour at steps of 60 s.
 * Medians of 5. Warm: after two that are not counted. Cold: before each, every process forgets what it keeps in memory
 * (theirs are started anew, ours drops its caches and its engine's), the files leave the system's memory, and a question on
 * nothing is asked, so that connecting and starting are not counted.
 *
 * VictoriaMetrics is asked with `nocache=1`: it would else answer the same question again out of its cache of answers, and
 * compute nothing. What that takes is told as information.
 */
const rounds = 5
const queries = [
  'sum by (job) (rate(x[5m]))',
  'topk(5, rate(x[5m]))',
  'histogram_quantile(0.9, sum by (job, le) (rate(h_bucket[5m])))',
  'max_over_time(x{status="500"}[10m])',
]

export async function benchMetricQueries(): Promise<Row[]> {
  const ours = await startOurs()
  const started = [await startPrometheus(), await startVictoriaMetrics()]
  const peers = started.filter((peer) => peer !== undefined)
  try {
    const rows: Row[] = []
    for (const temperature of ['warm', 'cold'] as const)
      for (const query of queries) rows.push(...(await compare(query, temperature, ours, peers)))
    for (const peer of peers)
      if (peer.name === 'victoria-metrics')
        for (const query of queries)
          rows.push(
            soloRow(`${query}, victoria-metrics out of its cache`, median(await timesOf(peer, query, false)), 'ms'),
          )
    return rows
  } finally {
    for (const each of [ours, ...peers]) await each.stop()
  }
}

async function compare(
  query: string,
  temperature: 'warm' | 'cold',
  ours: Asked,
  peers: readonly Asked[],
): Promise<Row[]> {
  const times = new Map<Asked, number[]>([ours, ...peers].map((each) => [each, []]))
  for (let round = temperature === 'warm' ? -2 : 0; round < rounds; round++) {
    const own = await askOnce(ours, query, temperature)
    if (round >= 0) times.get(ours)?.push(own.ms)
    for (const peer of peers) {
      const other = await askOnce(peer, query, temperature)
      if (round >= 0) times.get(peer)?.push(other.ms)
      const isSame = peer.name === 'prometheus' ? other.points === own.points : true
      if (other.series !== own.series || !isSame)
        throw new Error(`Cannot compare "${query}": ${shapeOf(own)} here, ${shapeOf(other)} from ${peer.name}`)
    }
  }
  const name = temperature === 'warm' ? query : `info: cold, ${query}`
  const own = median(times.get(ours))
  return [
    soloRow(`${temperature}, ${query}`, own, 'ms'),
    ...peers.map((peer) => costRow(`${name} vs ${peer.name}`, own, median(times.get(peer)), 'ms')),
  ]
}

/** VictoriaMetrics' rate is another one at the ends, and has points where Prometheus' has none. */
type Timed = { ms: number; series: number; points: number }
const shapeOf = ({ series, points }: Timed): string => `${series} series, ${points} points`

async function askOnce(asked: Asked, query: string, temperature: 'warm' | 'cold'): Promise<Timed> {
  if (temperature === 'cold') {
    await asked.forget()
    await ask(asked.url(), 'nothing', true)
  }
  return ask(asked.url(), query, true)
}

async function timesOf(asked: Asked, query: string, nocache: boolean): Promise<number[]> {
  const times: number[] = []
  for (let round = -1; round < rounds; round++) {
    const { ms } = await ask(asked.url(), query, nocache)
    if (round >= 0) times.push(ms)
  }
  return times
}

/** How long it took, and how many series and points came. */
async function ask(url: string, query: string, nocache: boolean): Promise<Timed> {
  const body = new URLSearchParams({
    query,
    start: String(metricStartMs / 1000 + 1),
    end: String(metricStartMs / 1000 + 3601),
    step: '60',
    ...(nocache && { nocache: '1' }),
  })
  const before = performance.now()
  const response = await fetch(`${url}/api/v1/query_range`, { method: 'POST', body })
  const text = await response.text()
  const ms = performance.now() - before
  const answer: { data?: { result: { values: unknown[] }[] } } = JSON.parse(text)
  if (answer.data === undefined) throw new Error(`Cannot ask ${url} for ${query}: ${text.slice(0, 300)}`)
  const points = answer.data.result.reduce((sum, { values }) => sum + values.length, 0)
  return { ms, series: answer.data.result.length, points }
}
