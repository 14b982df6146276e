import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedStartMs } from '../test-world/seed.case.ts'
import { openTestWorld, type TestWorld } from '../test-world/world.case.ts'
import { MetricsAhead } from './metrics-ahead.ts'
import { readParts } from './parts.ts'

let world: TestWorld
const range = { afterMs: seedStartMs, untilMs: seedStartMs + 300_000 }
const add = (metric: string): void =>
  world.insert(`INSERT INTO series SELECT number, '2026-01-05', '${metric}', 'gauge', '', false, 'd', '', '', 'web', 1, 1,
    map('n', toString(number)), '' FROM numbers(3)`)

beforeAll(async () => {
  world = await openTestWorld()
  add('first')
})
afterAll(() => world.close())

test('metrics that were asked for before parts were listed are asked for again where a part has come', async () => {
  const running = world.query.running({})
  const list = () => readParts(['series', 'samples'], running)
  const listed = await list()
  const ahead = new MetricsAhead(range, listed, running)
  const names = async (parts: typeof listed) => (await ahead.of(parts)).map(({ metric }) => metric)
  expect(await names(await list())).toEqual(['first'])
  const before = running.cost().sql?.length ?? 0
  add('second')
  const now = await list()
  expect(await names(listed)).toEqual(['first'])
  expect(running.cost().sql).toHaveLength(before + 1)
  expect(await names(now)).toEqual(['first', 'second'])
  expect(running.cost().sql).toHaveLength(before + 2)
})

test('of a merge of what was there nothing is asked again', async () => {
  const running = world.query.running({})
  const list = () => readParts(['series'], running)
  const ahead = new MetricsAhead(range, await list(), running)
  await ahead.of([])
  world.insert('OPTIMIZE TABLE series FINAL')
  const merged = await list()
  const before = running.cost().sql?.length
  await ahead.of(merged)
  expect(running.cost().sql).toHaveLength(before ?? 0)
})
