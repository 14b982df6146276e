import type { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedEndMs, seedStartMs } from '../../query/test-world/seed.case.ts'
import { openSeededWorld, type TestWorld } from '../../query/test-world/world.case.ts'
import { openTurns } from '../turns.ts'
import { lokiRoutes } from './loki.ts'

let world: TestWorld
let app: Hono
const range = { start: `${seedStartMs}000000`, end: `${seedEndMs}000000` }

beforeAll(async () => {
  world = await openSeededWorld()
  const turns = openTurns({ atOnceMax: 4, waitingMax: 10 })
  app = lokiRoutes({ query: world.query, turns, nowUnixMs: () => seedEndMs, report: () => {} })
})
afterAll(() => world?.close())

type Stream = { stream: Record<string, string>; values: [string, string, object?][] }
type Series = { metric: Record<string, string>; values: [number, string][]; value: [number, string] }
type Detected = {
  detectedLabels?: { label: string; cardinality: number }[]
  fields?: { label: string; type: string; cardinality: number }[]
  values?: string[]
}
type Data = { resultType: string; result: (Stream & Series)[]; encodingFlags?: string[] }

async function ask(path: string, search: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await app.request(`${path}?${new URLSearchParams({ ...range, ...search })}`, { headers })
  const text = await response.text()
  const data: Data = response.ok ? JSON.parse(text).data : { resultType: '', result: [] }
  return { status: response.status, text, data }
}
const count = async (query: string) => {
  // One more: a window does not have its start.
  const step = String((seedEndMs - seedStartMs) / 1000 + 1)
  const { data } = await ask('/query', { query: `sum(count_over_time(${query}[${step}s]))`, time: range.end })
  return Number(data.result[0]?.value[1] ?? 0)
}

test('records come as streams, their attributes apart where that is asked for', async () => {
  const query = '{service_name="checkout"} |= "declined"'
  const { data } = await ask(
    '/query_range',
    { query, limit: '3' },
    { 'x-loki-response-encoding-flags': 'categorize-labels' },
  )
  expect(data).toMatchObject({ resultType: 'streams', encodingFlags: ['categorize-labels'] })
  expect(data.result[0]?.stream).toMatchObject({ service_name: 'checkout', service_version: '1.1' })
  expect(data.result[0]?.values[0]).toEqual([expect.stringMatching(/^\d{19}$/), expect.any(String), expect.any(Object)])
  const plain = await ask('/query_range', { query, limit: '3' })
  expect(plain.data.result.flatMap(({ values }) => values)).toHaveLength(3)
})

test('who asks from the last line to the next has each line once, to the nanosecond', async () => {
  const times = async (search: Record<string, string>): Promise<string[]> => {
    const { data } = await ask('/query_range', { query: '{service_name="checkout"}', ...search })
    return data.result.flatMap(({ values }) => values.map(([time]) => time)).sort()
  }
  const [first = '', second = '', third = ''] = await times({ direction: 'forward', limit: '3' })
  const next = (time: string, by: bigint): string => String(BigInt(time) + by)
  expect(await times({ start: first, end: second })).toEqual([first])
  expect(await times({ start: next(first, 1n), end: next(third, 1n) })).toEqual([second, third])
  expect(await times({ start: first, end: first })).toEqual([])
})

describe('selectors and filters', () => {
  test.each([
    ['{service_name="checkout"}', '{service_name!="checkout"}', '{}'],
    ['{level="error"}', '{level!="error"}', '{}'],
    ['{service_name=~"check.*"}', '{service_name!~"check.*"}', '{}'],
    ['{} |= "declined"', '{} != "declined"', '{}'],
    ['{} |~ "decl[io]ned"', '{} !~ "decl[io]ned"', '{}'],
    ['{service_version="1.1"}', '{service_version!="1.1"}', '{}'],
    ['{} | level="error"', '{} | level!="error"', '{}'],
    ['{never_seen=""}', '{never_seen!=""}', '{}'],
  ])('%s and %s are all of it', async (some, others, all) => {
    expect((await count(some)) + (await count(others))).toBe(await count(all))
    expect(await count(all)).toBeGreaterThan(0)
  })
  test.each([
    ['{service_name="checkout"} |= "declined" | json | drop __error__', '{service_name="checkout"} |= "declined"'],
    ['{} |= "card" or "order"', '{} |~ "card|order"'],
    ['{service="checkout", detected_level="error"}', '{service_name="checkout"} | level="error"'],
    [
      '{} | level="error" or level="info" and service_name="checkout"',
      '{} | (level="error") or (level="info", service="checkout")',
    ],
    [
      '{} | service_name="checkout" and level="info" or level="error"',
      '{} | level="error" or (level="info", service="checkout")',
    ],
  ])('%s means %s', async (one, other) => {
    expect(await count(one)).toBe(await count(other))
    expect(await count(one)).toBeGreaterThan(0)
  })
})

test('counts over time add up, whatever the step', async () => {
  const query = 'sum by (level, detected_level) (count_over_time({} | drop __error__ [1m]))'
  const { data } = await ask('/query_range', { query, step: '60' })
  expect(data.resultType).toBe('matrix')
  expect(data.result.map(({ metric }) => metric)).toContainEqual({ level: 'error', detected_level: 'error' })
  const total = data.result.flatMap(({ values }) => values).reduce((sum, [, value]) => sum + Number(value), 0)
  expect(total).toBe(await count('{}'))
})

test.each([
  ['vector(1)+vector(1)', '2'],
  ['sum(rate({}[10m])) * 600 / sum(count_over_time({}[10m]))', '1'],
  ['topk(1, sum by (service_name) (count_over_time({}[1h]))) - 0', expect.stringMatching(/^\d+$/)],
])('%s is %s', async (query, value) => {
  const { data } = await ask('/query', { query, time: range.end })
  expect(data.result).toHaveLength(1)
  expect(data.result[0]?.value[1]).toEqual(value)
})

test('labels and their values are listed', async () => {
  const labels: unknown = (await ask('/labels', {})).data
  expect(labels).toEqual(expect.arrayContaining(['level', 'service_name', 'service_version']))
  const values: unknown = (await ask('/label/service_version/values', {})).data
  expect(values).toEqual(expect.arrayContaining(['1.0', '1.1']))
})

test('series are the streams of a selector', async () => {
  const series: unknown = (await ask('/series', { 'match[]': '{service_name="checkout",level="error"}' })).data
  expect(series).toEqual([
    expect.objectContaining({ service_name: 'checkout', level: 'error', service_version: '1.1' }),
  ])
})

describe('what front ends list to choose from', () => {
  const get = async (path: string, search: Record<string, string> = {}): Promise<Detected> =>
    JSON.parse((await ask(path, search)).text)
  const query = '{service_name="checkout"}'

  test('labels and values of a selector are those of its streams', async () => {
    expect((await ask('/label/service_name/values', { query })).data).toEqual(['checkout'])
    const levels: unknown = (await ask('/label/level/values', { query: '{level=~"e.*"}' })).data
    expect(levels).toEqual(['error'])
    expect((await ask('/labels', { query: '{service_name="none"}' })).data).toEqual([])
  })
  test('detected labels have their numbers of values', async () => {
    const { detectedLabels } = await get('/detected_labels', { query })
    expect(detectedLabels).toContainEqual({ label: 'service_name', cardinality: 1 })
  })
  test('fields are the attributes of records, with their kinds and values', async () => {
    const { fields } = await get('/detected_fields', { query })
    const [field] = fields ?? []
    expect(field).toMatchObject({ label: expect.any(String), type: expect.any(String), parsers: null })
    const { values } = await get(`/detected_field/${field?.label}/values`, { query })
    expect(values).toHaveLength(field?.cardinality ?? 0)
    expect(await get('/detected_field/never_seen/values', { query })).toMatchObject({ values: [] })
  })
  test('volumes are bytes by label, and over time they are the same', async () => {
    const whole = { query: '{}', targetLabels: 'service_name', step: '60' }
    const { data } = await ask('/index/volume', whole)
    const total = (values: [number, string][]) => values.reduce((sum, [, value]) => sum + Number(value), 0)
    expect(data).toMatchObject({ resultType: 'vector' })
    const values = data.result.map(({ value }) => Number(value[1]))
    expect(values).toEqual(values.toSorted((a, b) => b - a))
    const ranged = await ask('/index/volume_range', whole)
    for (const { metric, value } of data.result) {
      const same = ranged.data.result.find((each) => each.metric['service_name'] === metric['service_name'])
      // A window has no start: what came in the first moment is in the range's first window alone.
      expect(total(same?.values ?? [])).toBeGreaterThanOrEqual(Number(value[1]))
    }
    expect((await ask('/index/volume', { query })).data.result).toMatchObject([
      { metric: { service_name: 'checkout' } },
    ])
  })
  test.each(['/index/volume', '/detected_labels', '/labels'])('%s refuses what it cannot read', async (path) => {
    expect(await ask(path, { query: '{a=' })).toMatchObject({ status: 400, text: expect.stringMatching(/Cannot read/) })
  })
})

test.each([
  ['{service_name="a"', /at line 1, col 18: expected "," or "}", got the end/],
  ['sum(rate({}))', /expected "\[", got "\)"/],
  ['{} | unwrap x', /the stage "unwrap" is not supported here/],
  ['{} | json first="a.b"', /at line 1, col 11: "a.b" cannot be named anew/],
  ['{} |~ "("', /the regular expression "\(" is not one/],
  ['quantile_over_time(0.9, {}[1m])', /"quantile_over_time" is not supported here/],
  [`${'('.repeat(500)}1${')'.repeat(500)}`, /nested too deep/],
])('%s is refused in plain text', async (query, sentence) => {
  const { status, text } = await ask('/query_range', { query })
  expect(status).toBe(400)
  expect(text).toMatch(sentence)
})
