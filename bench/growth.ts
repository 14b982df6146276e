import { randomInt } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TraceAnswer, TracesAnswer } from '@wakeline/protocol'
import { root, startServer } from '../e2e/server.ts'
import { generate, loaded } from './ingest.ts'
import { type Row, soloRow } from './rows.ts'

/**
 * What a span and a question cost as the store grows: at each size the rate of loading up to it, and the time to open a
 * trace by its id alone, over HTTP, each trace for the first time (median of 21). Keeps a table and a plot in
 * docs/internals when `WAKELINE_KEEP` is set.
 */
type Point = { spans: number; rate: number; openMs: number }

const traces = 21

export async function benchGrowth({ sizes }: { sizes: readonly number[] }): Promise<Row[]> {
  const server = await startServer()
  const points: Point[] = []
  try {
    let spans = 0
    for (const size of sizes) {
      const before = spans
      const startMs = performance.now()
      const ids: string[] = []
      while (spans < size) {
        const { acknowledged } = await generate({ url: server.otlpHttp, kind: 'spans', seconds: secondsTo(size) })
        spans += acknowledged
        ids.push(...(await newestTraces(server.ask)))
      }
      await loaded(server, 'spans', spans)
      const rate = (spans - before) / ((performance.now() - startMs) / 1000)
      points.push({ spans, rate, openMs: await openTime(server.ask, ids) })
      console.error(`growth: ${JSON.stringify(points.at(-1))}`)
    }
  } finally {
    await server.stop()
  }
  if (process.env['WAKELINE_KEEP'] !== undefined) await keep(points)
  return points.flatMap(({ spans, rate, openMs }) => [
    soloRow(`spans loaded a second up to ${millions(spans)}`, rate, 'spans/s'),
    soloRow(`trace by id over ${millions(spans)} spans`, openMs, 'ms'),
  ])
}

/** At a time: a generator takes a second to start, which must not be much of what is measured. */
const secondsTo = (size: number): number => (size > 2e6 ? 10 : 2)

type Ask = <Answer>(path: string) => Promise<Answer>

/** Ids spread over the time of the load. */
async function newestTraces(ask: Ask): Promise<string[]> {
  const now = Date.now()
  const answer = await ask<TracesAnswer>(`/traces?from=${now - 600_000}&to=${now}&limit=20`)
  return answer.traces.map(({ traceId }) => traceId)
}

async function openTime(ask: Ask, ids: readonly string[]): Promise<number> {
  const times: number[] = []
  for (let turn = 0; turn < traces; turn += 1) {
    const id = ids[randomInt(ids.length)] ?? ''
    const startMs = performance.now()
    const { spans } = await ask<TraceAnswer>(`/traces/${id}`)
    times.push(performance.now() - startMs)
    if (spans.length !== 8) throw new Error(`The trace ${id} has ${spans.length} spans instead of 8`)
  }
  return times.sort((a, b) => a - b)[Math.floor(traces / 2)] ?? 0
}

const millions = (spans: number): string => `${Math.round(spans / 1e6)} M`

async function keep(points: readonly Point[]): Promise<void> {
  const directory = join(root, 'docs/internals')
  const lines = points.map(
    ({ spans, rate, openMs }) =>
      `| ${millions(spans)} | ${Math.round(rate).toLocaleString('en')} | ${openMs.toFixed(1)} |`,
  )
  await mkdir(directory, { recursive: true })
  await writeFile(
    join(directory, 'cost-as-data-grows.md'),
    `# What a span and a question cost as data grows

Made by \`WAKELINE_KEEP=1 npm run bench -- growth\`: spans of the ingest bench (8 a trace) into one server, generator on the same machine. The
rate counts until all are queryable, merges running; a trace is opened by its id alone, over HTTP, medians of ${traces}. Generators run
for two seconds up to 2 M spans and for ten after, and starting them is in the rate: much of the first row, little of the others.

| spans stored | loaded a second | open a trace, ms |
|---|---|---|
${lines.join('\n')}

![the same as a plot](cost-as-data-grows.svg)
`,
  )
  await writeFile(join(directory, 'cost-as-data-grows.svg'), plot(points))
}

/** Two lines over the size, which is drawn by its logarithm; each has its own scale from 0 to its most. */
function plot(points: readonly Point[]): string {
  const x = (spans: number): number => 60 + (Math.log10(spans) - 5.5) * 170
  const y = (value: number, most: number): number => 220 - (value / most) * 170
  const line = (colour: string, value: (point: Point) => number, unit: string): string => {
    const most = Math.max(...points.map(value)) * 1.2
    const at = points.map((point) => `${x(point.spans).toFixed(0)},${y(value(point), most).toFixed(0)}`)
    const labels = points.map((point, index) => {
      const [left, top] = (at[index] ?? '').split(',')
      return `<text x="${left}" y="${Number(top) - 8}" fill="${colour}">${Number(value(point).toPrecision(3)).toLocaleString('en')} ${unit}</text>`
    })
    return `<polyline points="${at.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${labels.join('')}`
  }
  const sizes = points.map(({ spans }) => `<text x="${x(spans).toFixed(0)}" y="245">${millions(spans)} spans</text>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="260" font-family="sans-serif" font-size="12" text-anchor="middle"><rect width="640" height="260" fill="#fff"/>${sizes.join('')}${line('#2563eb', ({ rate }) => rate, 'spans/s')}${line('#b45309', ({ openMs }) => openMs, 'ms')}</svg>
`
}
