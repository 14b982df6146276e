import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRefused } from '../base/refused.ts'
import { seedEndMs, seedStartMs } from './test-world/seed.case.ts'
import { openSeededWorld, type TestWorld } from './test-world/world.case.ts'

let world: TestWorld
beforeAll(async () => {
  world = await openSeededWorld()
})
afterAll(() => world.close())

describe('the context of a line', () => {
  const around = async (ms: number, before: number, after: number): Promise<string[]> => {
    const unixNano = BigInt(ms) * 1_000_000n
    const answer = await world.query.logContext({ unixNano, service: 'cron', resourceId: '4', before, after }, {})
    expect(Object.keys(answer.resources)).toEqual(answer.records.length === 0 ? [] : ['4'])
    return answer.records.map(({ body }) => String(body))
  }

  test.each<[ms: number, before: number, after: number, bodies: string[]]>([
    [seedStartMs + 120_000, 1, 1, ['tick 1', 'tick 2', 'tick 3']],
    [seedStartMs, 5, 0, ['tick 0']],
    [seedStartMs + 9 * 60_000, 2, 5, ['tick 7', 'tick 8', 'tick 9']],
    [seedStartMs + 30_000, 1, 3, ['tick 0', 'same time', 'same time', 'same time', 'tick 1']],
    [seedStartMs + 86_400_000, 2, 2, ['tick 8', 'tick 9']],
  ])('at %d, %d before and %d after', async (ms, before, after, bodies) => {
    expect((await around(ms, before, after)).map((body) => body.replace(/time .$/, 'time'))).toEqual(bodies)
  })
})

describe('explaining', () => {
  const range = { fromMs: seedStartMs, toMs: seedEndMs }
  test.each<['logs' | 'histogram' | 'traces' | 'spans' | 'table', string, string]>([
    ['logs', 'card', 'logs'],
    ['histogram', 'card', 'logs'],
    ['traces', 'status:error', 'spans'],
    ['traces', '{status:error} >> {kind:client}', 'spans'],
    ['spans', 'status:error', 'spans'],
    ['table', '| count by (host.name) | timeseries', 'logs'],
  ])('%s of %s reads %s and finds nothing', async (of, q, table) => {
    const answer = await world.query.explain({ ...range, of, signal: 'logs', q }, {})
    if (isRefused(answer)) throw new Error(answer.message)
    expect(answer.statements[0]?.sql).toMatch(/^SELECT/)
    const reads = answer.statements.flatMap((statement) => statement.reads)
    expect(reads.map((read) => read.table)).toContain(table)
    expect(answer.rows).toBeGreaterThan(0)
    expect(answer.bytes).toBeGreaterThan(answer.rows)
    expect(answer.cost.sql.every((sql) => sql.startsWith('EXPLAIN') || sql.includes('system.columns'))).toBe(true)
  })

  test('refuses what cannot be asked', async () => {
    const answer = await world.query.explain({ ...range, of: 'logs', signal: 'logs', q: 'level:loud' }, {})
    expect(answer).toMatchObject({ refused: 'invalid_query', position: 6 })
  })
})
