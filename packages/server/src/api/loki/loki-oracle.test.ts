import type { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomOf } from '../../../../protocol/src/random.case.ts'
import { seedEndMs, seedStartMs } from '../../query/test-world/seed.case.ts'
import { sendInto } from '../../query/test-world/sent.case.ts'
import { openTestWorld, type TestWorld } from '../../query/test-world/world.case.ts'
import { openTurns } from '../turns.ts'
import { lokiRoutes } from './loki.ts'

/**
 * Random log lines, and what Loki's documentation says that selectors, filters and figures of them are, worked out by going
 * through all lines.
 */

const seed = 47
const { below, pick } = randomOf(seed)
const levels = ['unknown', 'trace', 'debug', 'info', 'warn', 'error', 'fatal']

type Line = { nano: bigint; service: string; host: string; level: number; color: string; size: number; body: string }
const words = ['paid', 'Paid', 'order 12', 'a.b', 'ü', '"quoted"', 'x\\y', '100%', '_', 'line\nbreak']
const lines: Line[] = Array.from({ length: 600 }, (_, i) => ({
  // No two of one time, so that the order is known.
  nano: BigInt(seedStartMs + below(600) * 1000 + (below(3) === 0 ? 0 : below(1000))) * 1_000_000n + BigInt(i),
  service: pick(['cart', 'shop', 'pay']),
  host: pick(['h1', 'h2', '']),
  level: below(7),
  color: pick(['', 'red', 'blue']),
  size: below(20),
  body: Array.from({ length: below(4) }, () => pick(words)).join(' '),
}))

let world: TestWorld
let app: Hono
beforeAll(async () => {
  world = await openTestWorld()
  const text = (key: string, stringValue: string): object[] =>
    stringValue === '' ? [] : [{ key, value: { stringValue } }]
  const resourceLogs = lines.map(({ nano, service, host, level, color, size, body }) => ({
    resource: { attributes: [...text('service.name', service), ...text('host.name', host)] },
    scopeLogs: [
      {
        logRecords: [
          {
            timeUnixNano: String(nano),
            observedTimeUnixNano: String(nano),
            severityNumber: level === 0 ? 0 : level * 4 - 3,
            body: { stringValue: body },
            attributes: [...text('color', color), { key: 'size', value: { intValue: String(size) } }],
          },
        ],
      },
    ],
  }))
  await sendInto(world, 'logs', { resourceLogs })
  const turns = openTurns({ atOnceMax: 4, waitingMax: 10 })
  app = lokiRoutes({ query: world.query, turns, nowUnixMs: () => seedEndMs, report: () => {} })
})
afterAll(() => world?.close())

/** What a severity that nobody sent is taken for is not asked here: such lines say what they are in their label. */
const labelsOf = ({ service, host, level }: Line): Record<string, string> => ({
  ...(host !== '' && { host_name: host }),
  level: levels[level] ?? '',
  service_name: service,
})

type Finds = (line: Line) => boolean
type Made = { text: string; finds: Finds }

function comparison(label: string, of: (line: Line) => string, values: readonly string[]): Made {
  const value = pick(values)
  const operator = pick(['=', '!=', '=~', '!~'])
  const isRegex = operator.endsWith('~')
  const written = isRegex ? pick([value, `${value}|h2`, `${value.slice(0, 1)}.*`, '.+']) : value
  const fits = (text: string): boolean => (isRegex ? new RegExp(`^(?:${written})$`, 's').test(text) : text === written)
  const isNot = operator.startsWith('!')
  return { text: `${label}${operator}${JSON.stringify(written)}`, finds: (line) => fits(of(line)) !== isNot }
}

const ofService = (): Made => comparison('service_name', ({ service }) => service, ['cart', 'shop', 'none'])
const ofHost = (): Made => comparison('host_name', ({ host }) => host, ['h1', 'h2'])
const ofLevel = (): Made => comparison('level', ({ level }) => levels[level] ?? '', ['error', 'info', 'unknown'])

function selector(): Made {
  const matches = [ofService, ofHost, ofLevel].filter(() => below(2) === 0).map((make) => make())
  return { text: `{${matches.map(({ text }) => text).join(', ')}}`, finds: allOf(matches) }
}

const allOf =
  (made: readonly Made[]): Finds =>
  (line) =>
    made.every(({ finds }) => finds(line))

function lineFilter(): Made {
  const operator = pick(['|=', '!=', '|~', '!~'])
  const isRegex = operator.endsWith('~')
  const texts = isRegex
    ? ['pa.d', '(?i)paid', '^order', '\\d+$', 'a\\.b', 'x|ü']
    : ['paid', 'Paid', 'order 1', 'a.b', 'ü', '"', '\\', '%', '_', '', 'd o']
  const chosen = pick(texts)
  const quoted = !chosen.includes('`') && below(2) === 0 ? `\`${chosen}\`` : JSON.stringify(chosen)
  const isInsensitive = chosen.startsWith('(?i)')
  const pattern = new RegExp(isRegex ? chosen.replace('(?i)', '') : '', isInsensitive ? 'i' : '')
  const fits = ({ body }: Line): boolean => (isRegex ? pattern.test(body) : body.includes(chosen))
  const isNot = operator.startsWith('!')
  return { text: ` ${operator} ${quoted}`, finds: (line) => fits(line) !== isNot }
}

function labelFilter(): Made {
  if (below(2) === 0) {
    const made = comparison('color', ({ color }) => color, ['red', 'blue', 'none'])
    return { ...made, text: ` | ${made.text}` }
  }
  const [operator, holds] = pick([
    ['>', (a: number, b: number) => a > b],
    ['>=', (a: number, b: number) => a >= b],
    ['<', (a: number, b: number) => a < b],
    ['<=', (a: number, b: number) => a <= b],
    ['==', (a: number, b: number) => a === b],
    ['!=', (a: number, b: number) => a !== b],
  ] as const)
  const number = below(20)
  return { text: ` | size ${operator} ${number}`, finds: ({ size }) => holds(size, number) }
}

function pipeline(): Made {
  const parts = [
    selector(),
    ...Array.from({ length: below(3) }, lineFilter),
    ...Array.from({ length: below(2) }, labelFilter),
  ]
  return { text: parts.map(({ text }) => text).join(''), finds: allOf(parts) }
}

async function ask(path: string, search: Record<string, string>): Promise<{ data: { result: Told[] } & Told[] }> {
  const response = await app.request(`${path}?${new URLSearchParams(search)}`)
  const text = await response.text()
  if (!response.ok) throw new Error(`${search['query']}: ${text}`)
  return JSON.parse(text)
}
type Told = { stream: Record<string, string>; metric: Record<string, string>; values: [string | number, string][] }

test('lines are those that pass, in the order asked for, from the start on and before the end', async () => {
  let found = 0
  for (let round = 0; round < 60; round += 1) {
    const { text, finds } = pipeline()
    const from = BigInt(seedStartMs + below(400_000)) * 1_000_000n + BigInt(below(1000))
    const to = from + BigInt(below(300_000)) * 1_000_000n + BigInt(below(1000))
    const direction = pick(['forward', 'backward'])
    const limit = 1 + below(50)
    const sign = direction === 'forward' ? 1 : -1
    const wanted = lines
      .filter((line) => line.nano >= from && line.nano < to && finds(line))
      .sort((a, b) => (a.nano < b.nano ? -sign : sign))
      .slice(0, limit)
    const search = { query: text, start: String(from), end: String(to), direction, limit: String(limit) }
    const { data } = await ask('/query_range', search)
    const told = data.result.flatMap(({ values, stream }) =>
      values.map(([nano, body]) => [nano, body, stream] as const),
    )
    expect([text, told.toSorted(([a], [b]) => (a < b ? -sign : sign)).map(([nano, body]) => [nano, body])]).toEqual([
      text,
      wanted.map(({ nano, body }) => [String(nano), body]),
    ])
    for (const [nano, , stream] of told) {
      const line = wanted.find((each) => String(each.nano) === nano)
      expect(stream).toMatchObject(line === undefined ? {} : labelsOf(line))
    }
    // Within a stream as asked, too.
    for (const { values } of data.result) expect(values).toEqual(values.toSorted(([a], [b]) => (a < b ? -sign : sign)))
    found += wanted.length
  }
  expect(found).toBeGreaterThan(150)
})

const bytesOf = ({ body }: Line): number => Buffer.byteLength(body)

/** Answers what a series has at a moment: of the lines in the range before it, its end included. */
function figure(): { text: (pipe: string) => string; of: (inRange: readonly Line[]) => number; rangeMs: number } {
  const rangeMs = pick([1, 7, 30, 60, 90, 300]) * 1000
  const name = pick(['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate'])
  const of = (inRange: readonly Line[]): number => {
    const whole = name.startsWith('bytes') ? inRange.reduce((sum, line) => sum + bytesOf(line), 0) : inRange.length
    return name.endsWith('rate') ? whole / (rangeMs / 1000) : whole
  }
  return { text: (pipe) => `${name}(${pipe}[${rangeMs / 1000}s])`, of, rangeMs }
}

const aggregations: readonly [string, (values: readonly number[]) => number][] = [
  ['sum', (values) => values.reduce((a, b) => a + b, 0)],
  ['max', (values) => Math.max(...values)],
  ['min', (values) => Math.min(...values)],
  ['count', (values) => values.length],
  ['avg', (values) => values.reduce((a, b) => a + b, 0) / values.length],
]

const keyOf = (labels: Record<string, string>): string => JSON.stringify(Object.entries(labels).sort())

function groupsOf<Each>(list: readonly Each[], keyOf: (each: Each) => string): Map<string, Each[]> {
  const groups = new Map<string, Each[]>()
  for (const each of list) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each])
  return groups
}

test('figures over ranges are those of the lines in them, at every step', async () => {
  let points = 0
  for (let round = 0; round < 60; round += 1) {
    const pipe = pipeline()
    const { text, of, rangeMs } = figure()
    const [aggregator, aggregated] = pick(aggregations)
    const how = pick(['', 'by', 'without'] as const)
    const named = ['service_name', 'host_name', 'level'].filter(() => below(2) === 0)
    const kept = (labels: Record<string, string>): Record<string, string> =>
      Object.fromEntries(Object.entries(labels).filter(([label]) => named.includes(label) === (how === 'by')))
    const inner = text(pipe.text)
    const query = how === '' ? inner : `${aggregator} ${how} (${named.join(', ')}) (${inner})`
    const fromMs = seedStartMs + below(400_000)
    const stepMs = pick([1, 15, 60, 77]) * 1000
    const steps = 1 + below(6)
    const wanted: Record<string, [number, number][]> = {}
    for (let step = 0; step < steps; step += 1) {
      const atMs = fromMs + step * stepMs
      const [after, until] = [BigInt(atMs - rangeMs) * 1_000_000n, BigInt(atMs) * 1_000_000n]
      const inRange = lines.filter((line) => line.nano > after && line.nano <= until && pipe.finds(line))
      const series = [...groupsOf(inRange, (line) => keyOf(labelsOf(line)))].map(([key, members]) => ({
        labels: Object.fromEntries(JSON.parse(key)),
        value: of(members),
      }))
      const grouped = groupsOf(series, ({ labels }) => keyOf(how === '' ? labels : kept(labels)))
      for (const [key, members] of grouped) {
        const values = members.map(({ value }) => value)
        const value = how === '' ? (values[0] ?? 0) : aggregated(values)
        wanted[key] = [...(wanted[key] ?? []), [atMs / 1000, value]]
      }
    }
    const end = String((fromMs + (steps - 1) * stepMs) * 1e6)
    const { data } = await ask('/query_range', { query, start: `${fromMs}000000`, end, step: String(stepMs / 1000) })
    const told = Object.fromEntries(
      data.result.map(({ metric, values }) => [keyOf(metric), values.map(([at, value]) => [at, Number(value)])]),
    )
    expect([query, rounded(told)]).toEqual([query, rounded(wanted)])
    points += Object.values(wanted).flat().length
  }
  expect(points).toBeGreaterThan(500)
})

/** Sums in another order differ in their last digits. */
const rounded = (series: object): unknown =>
  JSON.parse(JSON.stringify(series, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(12)) : value)))

test('series, labels and values are those of the lines that a selector finds', async () => {
  const range = { start: `${seedStartMs}000000`, end: `${seedEndMs}000000` }
  for (let round = 0; round < 12; round += 1) {
    const { text, finds } = selector()
    const streams = [...new Set(lines.filter(finds).map((line) => keyOf(labelsOf(line))))].sort()
    const { data } = await ask('/series', { ...range, 'match[]': text })
    expect([text, data.map((labels) => keyOf(Object(labels))).sort()]).toEqual([text, streams])
    const labels: [string, string][] = streams.flatMap((key) => JSON.parse(key))
    const names = [...new Set(labels.map(([name]) => name))].sort()
    if (text === '{}') continue
    expect([text, (await ask('/labels', { ...range, query: text })).data]).toEqual([text, names])
    const hosts = [...new Set(labels.filter(([name]) => name === 'host_name').map(([, value]) => value))].sort()
    expect((await ask('/label/host_name/values', { ...range, query: text })).data).toEqual(hosts)
  }
})
