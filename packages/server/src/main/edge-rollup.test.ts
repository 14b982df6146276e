import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedEndMs, seedStartMs } from '../query/test-world/seed.case.ts'
import { openSeededWorld, type TestWorld } from '../query/test-world/world.case.ts'
import { QueryError } from '../store/store.ts'
import { EdgeRollup, inRuns } from './edge-rollup.ts'

let world: TestWorld
beforeAll(async () => {
  world = await openSeededWorld()
})
afterAll(() => world.close())

const range = { fromMs: seedStartMs, toMs: seedEndMs }
const edges = async () =>
  (await world.query.serviceEdges(range, {})).edges.map(({ caller, kind, callee, requests, errors }) =>
    [caller, kind, callee, requests, errors].join(' '),
  )
const made = async (): Promise<number> =>
  Number(
    (await world.store.rows<{ n: string }>({ sql: 'SELECT uniqExact(minute) AS n FROM service_edges', params: {} }))
      .rows[0]?.n,
  )

async function look(nowMs: number): Promise<void> {
  const faults: string[] = []
  const rollup = new EdgeRollup({
    store: world.store,
    query: world.query,
    nowUnixMs: () => nowMs,
    report: (sentence) => faults.push(sentence),
  })
  await rollup.look()
  await rollup.stop()
  expect(faults).toEqual([])
}

/** One span of a trace of its own, at a second of the shop's ten minutes. */
function span(second: number, values: string): void {
  world.insert(`INSERT INTO spans (ts, service, kind, status, duration, trace_id, span_id, parent_span_id, attributes)
    SELECT fromUnixTimestamp64Milli(${seedStartMs + second * 1000}, 'UTC'), ${values}`)
}
const trace = "unhex('ee000000000000000000000000000001')"

test('edges are the same joined from spans, half from the rollup, and all from it', async () => {
  const expected = ['web service checkout 60 0', 'checkout service payment 60 20'].sort()
  expect((await edges()).sort()).toEqual(expected)
  await look(seedStartMs + 6 * 60_000)
  expect(await made()).toBe(4)
  expect((await edges()).sort()).toEqual(expected)
  await look(seedEndMs + 3_600_000)
  expect(await made()).toBe(10)
  expect((await edges()).sort()).toEqual(expected)
  const [first] = (await world.query.serviceEdges(range, {})).edges
  expect(first).toMatchObject({ requestsPerSecond: 0.1, durationP50Nano: expect.any(Number) })
})

test('late spans change the minutes that they belong to, on the other side of a call too', async () => {
  const rows = async (): Promise<string | undefined> =>
    (await world.store.rows<{ n: string }>({ sql: 'SELECT count() AS n FROM service_edges', params: {} })).rows[0]?.n
  await look(seedEndMs + 3_600_000)
  const before = await rows()
  // The caller first: nobody of ours has answered yet.
  span(
    170,
    `'web', 3, 2, 5000000, ${trace}, unhex('aa00000000000001'), unhex(''), map('server.address', 'mail.internal', 'db.system', '')`,
  )
  await look(seedEndMs + 3_600_000)
  expect(await edges()).toContain('web host mail.internal 1 1')
  // Its callee, an hour later, in the next minute: no longer a host that is not known.
  span(181, `'mail', 2, 0, 4000000, ${trace}, unhex('aa00000000000002'), unhex('aa00000000000001'), map()`)
  await look(seedEndMs + 7_200_000)
  expect(await edges()).toContain('web service mail 1 0')
  expect((await edges()).join()).not.toContain('mail.internal')
  expect(Number(await rows())).toBeGreaterThan(Number(before))
  await look(seedEndMs + 7_200_000)
  expect(await made()).toBe(10)
})

test.each([
  ['db.system.name', 'postgresql', 'database'],
  ['db.system', 'redis', 'database'],
  ['messaging.system', 'kafka', 'queue'],
  ['peer.service', 'legacy', 'service'],
  ['net.peer.name', 'old.example', 'host'],
])('a call with %s=%s is one to a %s', async (key, value, kind) => {
  span(300, `'cron', 3, 0, 1, randomFixedString(16), unhex('01'), unhex(''), map('${key}', '${value}')`)
  await look(seedEndMs + 7_200_000)
  expect(await edges()).toContain(`cron ${kind} ${value} 1 0`)
})

test('rows of an hour with many edges are kept, once however often they are made', async () => {
  const callers = Array.from({ length: 20_000 }, (_, n) => `it's ${n} é`)
  const ones = callers.map(() => '1')
  const row = {
    minute: seedStartMs / 1000 - 3600,
    spans: '7',
    one_of: 1,
    callers,
    callees: callers,
    kinds: callers,
    requests: ones,
    errors: ones,
  }
  const lines = JSON.stringify({ ...row, durations: callers.map(() => ({ '-1': '2' })) })
  await world.store.keep({ table: 'service_edges', lines, token: 'once' })
  await world.store.keep({ table: 'service_edges', lines, token: 'once' })
  const { rows } = await world.store.rows({
    sql: 'SELECT count() AS n, any(callers[2]) AS caller, any(durations[1][-1]) AS held FROM service_edges WHERE spans = 7',
    params: {},
  })
  expect(rows).toEqual([{ n: '1', caller: "it's 1 é", held: '2' }])
})

test('what is too much for one question is made in halves, and a minute that is too much is said once', async () => {
  const asked: number[][] = []
  const faults: string[] = []
  const { store } = world
  const makeEdges: TestWorld['query']['makeEdges'] = async ({ minutes, oneOf }, run) => {
    asked.push(minutes.map((at) => at - seedStartMs / 1000))
    if (minutes.length > 3 || minutes.includes(seedStartMs / 1000 + 480)) throw new QueryError('too much', 'memory')
    return world.query.makeEdges({ minutes, oneOf }, run)
  }
  const due = Array.from({ length: 5 }, (_, n) => ({ at: seedStartMs / 1000 + 240 + n * 60, seen: 1000 + n }))
  const rollup = new EdgeRollup({
    store,
    query: { makeEdges, dueMinutes: async () => due },
    nowUnixMs: () => seedEndMs + 7_200_000,
    report: (sentence) => faults.push(sentence),
  })
  await rollup.look()
  await rollup.look()
  await rollup.stop()
  expect(asked).toEqual([[240, 300, 360, 420, 480], [420, 480], [480], [420], [240, 300, 360]])
  expect(faults).toEqual(['Cannot make the service edges of 2026-01-05T10:08:00.000Z: too much'])
})

test('minutes are made together while they follow one another and are small', () => {
  const minutes = [0, 60, 120, 300, 360].map((at) => ({ at, seen: at === 360 ? 499_999 : 2 }))
  expect(inRuns(minutes).map((run) => run.map(({ at }) => at))).toEqual([[0, 60, 120], [300], [360]])
})

test('of a minute with very many spans a sample of the traces stands for all, and the answer says so', async () => {
  const oneOf = 4
  const second = 90
  world.insert(`INSERT INTO spans (ts, service, kind, status, duration, trace_id, span_id, parent_span_id)
    SELECT fromUnixTimestamp64Milli(${seedStartMs + second * 1000}, 'UTC'), if(callee, 'callee of many', 'caller of many'),
      if(callee, 2, 3), 0, 5000000, reinterpretAsFixedString(toUInt128(number)),
      reinterpretAsFixedString(toUInt64(number * 2 + callee)), reinterpretAsFixedString(toUInt64(callee ? number * 2 : 0))
    FROM (SELECT number, arrayJoin([0, 1]) AS callee FROM numbers(4000))`)
  const minute = seedStartMs / 1000 + 60
  const asked: number[] = []
  const rollup = new EdgeRollup({
    store: world.store,
    query: {
      dueMinutes: async () => [{ at: minute, seen: 500_000 * oneOf }],
      makeEdges: (ask, run) => {
        asked.push(ask.oneOf)
        return world.query.makeEdges(ask, run)
      },
    },
    nowUnixMs: () => seedEndMs + 7_200_000,
    report: (sentence) => expect(sentence).toBe(''),
  })
  await rollup.look()
  await rollup.stop()
  expect(asked).toEqual([oneOf])
  const answer = await world.query.serviceEdges({ fromMs: minute * 1000, toMs: minute * 1000 + 60_000 }, {})
  expect(answer.isEstimate).toBe(true)
  const many = answer.edges.find(({ callee }) => callee === 'callee of many')
  // About 1,000 of 4,000 traces are looked at, and each stands for four: near all of them, and not near the thousand.
  expect(many?.requests).toBeGreaterThan(3000)
  expect(many?.requests).toBeLessThan(5000)
})
