import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startPrometheusOver } from '../e2e/prometheus-over.ts'
import { JsonBytes } from '../packages/server/src/api/json-bytes.ts'
import { writeResult } from '../packages/server/src/api/prometheus-answer.ts'
import { WrittenNumbers } from '../packages/server/src/api/written-numbers.ts'
import { isFailed } from '../packages/server/src/query/prometheus/prometheus.ts'
import { labelsFrom } from '../packages/server/src/query/promql/evaluate/labels.ts'
import { parseExpression } from '../packages/server/src/query/promql/parse/parse.ts'
import { printLabels } from '../packages/server/src/query/promql/parse/print.ts'
import { openTestWorld, type TestWorld } from '../packages/server/src/query/test-world/world.case.ts'
import { type DemoSeries, demoSeries, demoTimes } from './promql-demo.ts'
import { StoreRows } from './store-rows.ts'
import { type Case, type Problem, tryCase } from './suite.ts'

/**
 * Queries of Prometheus' compliance tester, asked of Debian's Prometheus and of us over the same demo series. Both have to
 * answer alike, or fail alike. Debian's is a Prometheus 2, whose ranges hold their left end: the times lie off the
 * samples, where that makes no difference. What it does not know is skipped.
 */
type Query = { query: string; should_fail?: boolean; skip_comparison?: boolean }

/** Relative; sums are added in another order than in version 2. */
const tolerance = 1e-9

export async function runPromqlCompliance(directory: string): Promise<Case[]> {
  const queries: Query[] = JSON.parse(await readFile(join(directory, 'queries.json'), 'utf8'))
  const all = demoSeries()
  const peer = await startPrometheusOver((path) => writeFile(path, openMetrics(all)))
  if (peer === undefined) console.error('promql-compliance: skipped, because prometheus and promtool are not installed')
  const world = await openTestWorld()
  try {
    const rows = new StoreRows((sql) => world.insert(sql), '2026-01-05')
    for (const { labels, samples } of all)
      rows.add(
        labelsFrom(labels),
        samples.map(([timeMs, value]) => ({ kind: 'float', timeMs, value, startMs: 0 })),
      )
    rows.flush()
    const cases: Case[] = []
    for (const query of queries) {
      const problem = () =>
        peer === undefined ? { skipped: 'there is no Prometheus here' } : differenceOf(query, world, peer.url)
      cases.push(await tryCase(query.query, problem))
    }
    return cases
  } finally {
    await world.close()
    await peer?.stop()
  }
}

/** Functions that came later, and names of labels with any characters, which version 3 takes. */
const laterThanThere = /unknown function|invalid destination label name/

function openMetrics(all: readonly DemoSeries[]): string {
  const lines = all.flatMap(({ labels, samples }) => {
    const name = labels.find(([label]) => label === '__name__')?.[1] ?? ''
    const others = labels.filter(([label]) => label !== '__name__')
    const shown = others.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(',')
    return samples.map(([timeMs, value]) => `${name}{${shown}} ${value} ${timeMs / 1000}`)
  })
  return `${lines.join('\n')}\n# EOF\n`
}

type Series = { metric: Record<string, string>; values: [number, string][] }
type Told = { failed: string } | { series: Map<string, [number, string][]> }

async function differenceOf(
  { query, should_fail, skip_comparison }: Query,
  world: TestWorld,
  url: string,
): Promise<Problem> {
  const [own, other] = [await askOurs(query, world), await askThem(query, url)]
  if ('failed' in other) {
    if ('failed' in own) return ''
    const isLater = laterThanThere.test(other.failed)
    return isLater ? { skipped: `not known to a Prometheus 2: ${other.failed}` } : `it has to fail: ${other.failed}`
  }
  if (should_fail === true) return 'it has to fail, and does not there either'
  if ('failed' in own) return own.failed
  return skip_comparison === true ? '' : difference(own.series, other.series)
}

const numbers = new WrittenNumbers()

async function askOurs(text: string, world: TestWorld): Promise<Told> {
  const expression = parseExpression(text)
  if (expression.kind === 'parse-error') return { failed: expression.sentence }
  const answer = await world.query.prometheus.range({ expression, text, ...demoTimes }, world.query.running({}))
  if (isFailed(answer)) return { failed: answer.message }
  const json = new JsonBytes()
  // All at once: it stops behind each series.
  for (const _ of writeResult({ value: answer.value, limit: Infinity, more: '' }, { json, numbers }));
  const { result }: { result: Series[] } = JSON.parse(Buffer.from(json.bytes).toString())
  return { series: bySeries(result) }
}

async function askThem(query: string, url: string): Promise<Told> {
  const { startMs, endMs, stepMs } = demoTimes
  const seconds = { start: String(startMs / 1000), end: String(endMs / 1000), step: String(stepMs / 1000) }
  const body = new URLSearchParams({ query, ...seconds })
  const response = await fetch(`${url}/api/v1/query_range`, { method: 'POST', body })
  const answer: { data?: { result: Series[] }; error?: string } = JSON.parse(await response.text())
  return answer.data === undefined
    ? { failed: answer.error ?? 'no reason was given' }
    : { series: bySeries(answer.data.result) }
}

const bySeries = (result: readonly Series[]): Map<string, [number, string][]> =>
  new Map(result.map(({ metric, values }) => [printLabels(labelsFrom(Object.entries(metric)).pairs), values]))

function difference(own: Map<string, [number, string][]>, other: Map<string, [number, string][]>): string {
  for (const [labels, values] of other) {
    const ours = own.get(labels)
    if (ours === undefined) return `${labels} is missing`
    if (ours.length !== values.length) return `${labels} has ${ours.length} points, ${values.length} there`
    for (const [i, [time, value]] of values.entries()) {
      const [ourTime, ourValue] = ours[i] ?? [0, '']
      if (ourTime !== time) return `${labels} has a point at ${ourTime}, at ${time} there`
      if (!isClose(ourValue, value)) return `${labels} at ${time} is ${ourValue}, ${value} there`
    }
  }
  const more = [...own.keys()].find((labels) => !other.has(labels))
  return more === undefined ? '' : `${more} is not there`
}

function isClose(a: string, b: string): boolean {
  if (a === b) return true
  const [x, y] = [Number(a), Number(b)]
  return Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y))
}
