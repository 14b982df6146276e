import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestWorld, type TestWorld } from './test-world/world.case.ts'

const minuteMs = 60_000
const toMs = Date.UTC(2026, 0, 5, 12)

/** Lines of a host in each of four hours: in the last of them more than are looked at for values. */
const linesOf = { oldest: 20_000, older: 20_000, newer: 20_000, newest: 220_000 }
const fewerThanAll = linesOf.newest + 20_000

let world: TestWorld
beforeAll(async () => {
  world = await openTestWorld()
  for (const [hour, [host, lines]] of Object.entries(linesOf).entries()) {
    const fromMs = toMs - (4 - hour) * 60 * minuteMs
    world.insert(`INSERT INTO logs (ts, observed_after, service, severity, body, attributes)
      SELECT fromUnixTimestamp64Milli(toInt64(${fromMs} + intDiv(number * ${60 * minuteMs}, ${lines})), 'UTC'), 0, 'web', 9, '', map('host', '${host}',
        if(number = 0, 'rare', 'other'), '${host}') FROM numbers(${lines})`)
  }
  world.insert(
    `INSERT INTO resources (resource_id, day, service, attributes) VALUES (1, '2026-01-05', 'web', map('host', 'of resource'))`,
  )
})
afterAll(() => world.close())

async function valuesOf(key: string, prefix = '') {
  const { items, cost } = await world.query.values(
    { fromMs: toMs - 240 * minuteMs, toMs, signal: 'logs', key, prefix },
    {},
  )
  return { texts: items.map(({ text }) => text), rowsRead: cost.rowsRead }
}

test('values are those of the newest lines, and older lines are not read for them', async () => {
  const { texts, rowsRead } = await valuesOf('host')
  expect(texts).toEqual(['newest', 'of resource'])
  expect(rowsRead).toBeLessThan(fewerThanAll)
})

test('a beginning that nothing has does not make it read on', async () => {
  const { texts, rowsRead } = await valuesOf('host', 'x')
  expect(texts).toEqual([])
  expect(rowsRead).toBeLessThan(fewerThanAll)
})

test('values that few lines have are looked for in all of the range', async () => {
  expect((await valuesOf('rare')).texts).toEqual(['newer', 'newest', 'older', 'oldest'])
})
