import { randomInt } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TraceAnswer, TracesAnswer } from '@wakeline/protocol'
import { type RunningServer, root, startServer } from '../e2e/server.ts'
import { generate, loaded } from './ingest.ts'
import { costRow, median, type Row, rateRow, soloRow } from './rows.ts'

/**
 * What a span and a question cost as the store grows: at each size the rate of loading up to it, and the time to open a
 * trace by its id alone, over HTTP, each trace for the first time: right behind the load, and after some rest. What is asked
 * is the same at all sizes, so the first is what the others are held against. Keeps a table and a plot in docs/internals
 * when `WAKELINE_KEEP` is set.
 */
type Point = { spans: number; rate: number; openMs: number; restedMs: number }

const traces = 21
const restMs = 10_000
/** Of one generator: it takes a second to start, in which the server only merges. */
const generatedMax = 10e6

export async function benchGrowth({ sizes }: { sizes: readonly number[] }): Promise<Row[]> {
  const server = await startServer()
  const points: Point[] = []
  try {
    const ids: string[] = []
    let spans = 0
    for (const size of sizes) {
      const before = spans
      let seconds = 0
      while (spans < size) {
        const fromMs = Date.now()
        const result = await loadSpans(server, spans, Math.min(generatedMax, size - spans))
        spans += result.acknowledged
        seconds += result.seconds
        ids.push(...(await someTraces(server, fromMs, Date.now())))
      }
      const rate = (spans - before) / seconds
      const openMs = await openTime(server, ids)
      await new Promise((resolve) => setTimeout(resolve, restMs))
      points.push({ spans, rate, openMs, restedMs: await openTime(server, ids) })
      console.error(`growth: ${JSON.stringify(points.at(-1))}`)
    }
  } finally {
    await server.stop()
  }
  if (process.env['WAKELINE_KEEP'] !== undefined) await keep(points)
  return points.flatMap((point) => rowsOf(point, points[0] ?? point))
}

/** Until all are queryable; the start of the generator is not counted. */
async function loadSpans(
  server: RunningServer,
  before: number,
  records: number,
): Promise<{ acknowledged: number; seconds: number }> {
  const { acknowledged, seconds } = await generate({ url: server.otlpHttp, kind: 'spans', seconds: 600, records })
  const sentMs = performance.now()
  await loaded(server, 'spans', before + acknowledged)
  return { acknowledged, seconds: seconds + (performance.now() - sentMs) / 1000 }
}

function rowsOf({ spans, rate, openMs, restedMs }: Point, first: Point): Row[] {
  const [least, most] = [millions(first.spans), millions(spans)]
  if (spans === first.spans) {
    return [
      soloRow(`spans loaded a second up to ${most}`, rate, 'spans/s'),
      soloRow(`trace by id over ${most} spans`, openMs, 'ms'),
      soloRow(`trace by id over ${most} spans at rest`, restedMs, 'ms'),
    ]
  }
  return [
    rateRow(`spans loaded a second up to ${most} (target as up to ${least})`, rate, first.rate, 'spans/s'),
    costRow(`trace by id over ${most} spans (target as over ${least})`, openMs, first.openMs, 'ms'),
    costRow(`info: trace by id over ${most} spans at rest (as over ${least})`, restedMs, first.restedMs, 'ms'),
  ]
}

const moments = 20

/** Ids of a few traces of each of some moments of the load. */
async function someTraces({ ask }: RunningServer, fromMs: number, toMs: number): Promise<string[]> {
  const ids: string[] = []
  for (let moment = 1; moment <= moments; moment += 1) {
    const to = Math.round(fromMs + ((toMs - fromMs) * moment) / moments)
    const answer = await ask<TracesAnswer>(`/traces?from=${to - 2_000}&to=${to}&limit=5`)
    ids.push(...answer.traces.map(({ traceId }) => traceId))
  }
  return ids
}

/** Median; those that were opened are taken out of `ids`. */
async function openTime({ ask }: RunningServer, ids: string[]): Promise<number> {
  const times: number[] = []
  for (let turn = 0; turn < traces; turn += 1) {
    const [id = ''] = ids.splice(randomInt(ids.length), 1)
    const startMs = performance.now()
    const { spans } = await ask<TraceAnswer>(`/traces/${id}`)
    times.push(performance.now() - startMs)
    if (spans.length !== 8) throw new Error(`The trace ${id} has ${spans.length} spans instead of 8`)
  }
  return median(times)
}

const millions = (spans: number): string => `${Math.round(spans / 1e6)} M`

/** Where the part of the page that this makes begins and ends; what stands around it is written by hand. */
const [begin, end] = ['<!-- growth -->', '<!-- end of growth -->']

async function keep(points: readonly Point[]): Promise<void> {
  const page = join(root, 'docs/internals/cost-as-data-grows.md')
  const lines = points.map(
    ({ spans, rate, openMs, restedMs }) =>
      `| ${millions(spans)} | ${Math.round(rate).toLocaleString('en')} | ${openMs.toFixed(1)} | ${restedMs.toFixed(1)} |`,
  )
  const made = `${begin}
| spans stored | loaded a second | open a trace, ms | after ${restMs / 1000} s of rest |
|---|---|---|---|
${lines.join('\n')}

![the same as a plot](cost-as-data-grows.svg)
${end}`
  const text = await readFile(page, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from)
    throw new Error(`Cannot keep the table in ${page}: "${begin}" and "${end}" do not stand in it`)
  await writeFile(page, text.slice(0, from) + made + text.slice(to + end.length))
  await writeFile(page.replace(/md$/, 'svg'), plot(points))
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
