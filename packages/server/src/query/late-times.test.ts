import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestWorld, type TestWorld } from './test-world/world.case.ts'
import { rollupsEndMs } from './time-range.ts'

/** A call from web to cart, with an error and a log line, at each of these times. */
const times = {
  '2026, 2^32 s earlier': Date.UTC(2026, 0, 5, 10, 0, 30),
  '2162, 2^32 s later': Date.UTC(2026, 0, 5, 10, 0, 30) + 2 ** 32 * 1000,
  '2150': Date.UTC(2150, 5, 1, 0, 0, 30),
  'the last second of 2199': Date.UTC(2199, 11, 31, 23, 59, 59),
  'the last minute of the rollups': rollupsEndMs - 1,
  'the first minute behind them': rollupsEndMs,
}

let world: TestWorld
beforeAll(async () => {
  world = await openTestWorld()
  for (const [index, ms] of Object.values(times).entries()) {
    const ts = `fromUnixTimestamp64Milli(${ms}, 'UTC')`
    const trace = `toFixedString('trace ${index}', 16)`
    world.insert(`INSERT INTO spans (ts, service, name, kind, status, duration, trace_id, span_id, parent_span_id) VALUES
      (${ts}, 'web', 'GET', 3, 0, 2000, ${trace}, 'spanspan', toFixedString('', 8)),
      (${ts}, 'cart', 'add', 2, 2, 1000, ${trace}, 'other...', 'spanspan')`)
    world.insert(`INSERT INTO logs (ts, observed_after, service, severity, body) VALUES (${ts}, 0, 'cart', 17, 'late')`)
  }
})
afterAll(() => world.close())

const around = (ms: number, minutes: number) => ({ fromMs: ms - 60_000 * minutes, toMs: ms + 60_000 * minutes })

test.each(Object.entries(times))('what happened in %s is counted there, and only there', async (_, ms) => {
  const isAtEnd = Math.abs(ms - rollupsEndMs) < 2
  const expected = isAtEnd ? 2 : 1
  const { services } = await world.query.services(around(ms, 10), {})
  expect(
    services.map(({ service, requests, errors, logs, errorLogs }) => [service, requests, errors, logs, errorLogs]),
  ).toEqual([
    ['cart', expected, expected, expected, expected],
    ['web', 0, 0, 0, 0],
  ])
  const { edges } = await world.query.serviceEdges(around(ms, 10), {})
  expect(edges).toMatchObject([{ caller: 'web', callee: 'cart', requests: expected, errors: expected }])
  const histogram = await world.query.logHistogram({ ...around(ms, 1000), q: '', buckets: 10 }, {})
  expect(histogram).toMatchObject({ total: expected, series: [{ severity: 'error' }] })
})

test('a range that goes on behind the rollups has both', async () => {
  const { services } = await world.query.services({ fromMs: 0, toMs: Date.UTC(2200, 0) }, {})
  expect(services[0]).toMatchObject({ service: 'cart', requests: 6, errors: 6, logs: 6 })
  const service = await world.query.service({ fromMs: 0, toMs: Date.UTC(2200, 0), service: 'cart' }, {})
  expect(service).toMatchObject({ operations: [{ name: 'add', requests: 6, errors: 6 }] })
  const values = await world.query.values(
    { fromMs: 0, toMs: Date.UTC(2200, 0), signal: 'logs', key: 'service', prefix: '' },
    {},
  )
  expect(values).toMatchObject({ items: [{ text: 'cart', count: 6 }] })
})
