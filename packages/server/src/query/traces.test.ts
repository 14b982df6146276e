import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRefused } from '../base/refused.ts'
import { seedEndMs, seedStartMs, seedTraceId } from './test-world/seed.case.ts'
import { openSeededWorld, type TestWorld } from './test-world/world.case.ts'

let world: TestWorld
beforeAll(async () => {
  world = await openSeededWorld()
})
afterAll(() => world.close())

const range = { fromMs: seedStartMs, toMs: seedEndMs }

async function pageOf(q: string, limit: number, cursor?: string) {
  const answer = await world.query.traces({ ...range, q, order: 'newest', limit, cursor }, {})
  if (isRefused(answer)) throw new Error(answer.message)
  return answer
}

/** Numbers of the seed's traces, all pages, oldest first. */
async function found(q: string, limit = 1000): Promise<number[]> {
  const ids: string[] = []
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const answer = await pageOf(q, limit, cursor)
    expect(answer.traces.length).toBeLessThanOrEqual(limit)
    ids.push(...answer.traces.map(({ traceId }) => traceId))
    cursor = answer.nextCursor
  }
  return ids.map((id) => Number.parseInt(id, 16) - 1).reverse()
}

const all = Array.from({ length: 60 }, (_, n) => n)
const failed = all.filter((n) => n % 3 === 2)

describe('a search of whole traces finds', () => {
  test.each<[string, number[]]>([
    ['{service:web} {service:payment}', all],
    ['{service:web} {service:nobody}', []],
    ['{service:web} {status:error}', failed],
    ['service:web status:error', []],
    ['NOT {status:error} service:web', all.filter((n) => n % 3 !== 2)],
    ['{service:web} > {service:checkout}', all],
    ['{service:web} > {service:payment}', []],
    ['service:web >> service:payment status:error', failed],
    ['{service:web} > {service:checkout} > {kind:client} > {card.kind:amex}', all.filter((n) => n % 2 === 1)],
    ['service:checkout >> service:web', []],
    ['NOT ({service:web} >> {status:error}) root.name:"GET /cart"', all.filter((n) => n % 3 !== 2)],
    ['root.service:web root.user.id:u3', all.filter((n) => n % 7 === 3)],
    ['root.service:payment', []],
    ['trace.duration>=600ms', [58, 59]],
    ['trace.duration:[40ms TO 50ms]', [2, 3]],
    ['trace.errors>0 trace.spans:4 trace.services:3', failed],
    ['trace.errors:0 OR card.kind:visa', all.filter((n) => n % 3 !== 2 || n % 2 === 0)],
    ['trace.spans>4', []],
    ['({service:web} > {service:checkout}) {card.kind:visa}', all.filter((n) => n % 2 === 0)],
  ])('%s', async (q, numbers) => {
    expect(await found(q)).toEqual(numbers)
    expect(await found(q, 7)).toEqual(numbers)
  })

  test('what it says of each trace, the spans found counted', async () => {
    const answer = await pageOf('{service:web} >> {service:checkout}', 1)
    await expect(`${answer.cost.sql.join(';\n\n')};\n`).toMatchFileSnapshot('test-sql/traces-structure.sql')
    expect(answer.traces).toMatchObject([{ traceId: seedTraceId(59), spanCount: 4, matchedSpans: 2 }])
  })

  test('the slowest first, too', async () => {
    const answer = await world.query.traces(
      { ...range, q: '{service:web} >> {status:error}', order: 'slowest', limit: 2 },
      {},
    )
    expect(isRefused(answer) ? answer : answer.traces.map(({ traceId }) => traceId)).toEqual([
      seedTraceId(59),
      seedTraceId(56),
    ])
  })
})

/** Names of the spans found, all pages, newest first. */
async function spansFound(q: string, limit: number, order: 'newest' | 'slowest' = 'newest'): Promise<string[]> {
  const names: string[] = []
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const answer = await world.query.spans({ ...range, q, order, limit, cursor }, {})
    if (isRefused(answer)) throw new Error(answer.message)
    for (const { traceId, name, resourceId } of answer.spans) {
      names.push(`${name} ${Number.parseInt(traceId, 16) - 1}`)
      expect(answer.resources).toHaveProperty(resourceId)
    }
    cursor = answer.nextCursor
  }
  return names
}

describe('spans', () => {
  // One at a time is hundreds of questions.
  test.each([1, 7, 1000])('are paged %d at a time, each once', { timeout: 120_000 }, async (limit) => {
    const newest = await spansFound('kind:server', limit)
    expect(newest).toEqual(
      all.toReversed().flatMap((n) => [`charge card ${n}`, `POST /checkout ${n}`, `GET /cart ${n}`]),
    )
    const slowest = await spansFound('service:payment', limit, 'slowest')
    expect(slowest).toEqual(all.toReversed().map((n) => `charge card ${n}`))
  })

  test.each([2, 1000])('are found by structure, %d traces a page', async (limit) => {
    expect(await spansFound('{service:web} > {service:checkout} trace.errors>0', limit)).toEqual(
      failed.toReversed().map((n) => `POST /checkout ${n}`),
    )
    expect(await spansFound('{service:web} >> {service:checkout} root.user.id:u3 trace.duration<100ms', limit)).toEqual(
      ['charge 3', 'POST /checkout 3'],
    )
  })
})

describe('a sample of traces', () => {
  test.each<[string, number, number, boolean]>([
    ['kind:server', 10, 60, false],
    ['status:error', 100, 20, false],
    ['{service:web} {status:error}', 100, 20, false],
    ['service:nobody', 10, 0, false],
  ])('that match %s, %d of %d', async (q, traces, total, isEstimate) => {
    const answer = await world.query.traceSample({ ...range, q, traces }, {})
    if (isRefused(answer)) throw new Error(answer.message)
    expect([answer.total, answer.isEstimate]).toEqual([total, isEstimate])
    expect(new Set(answer.traces.map(({ traceId }) => traceId)).size).toBe(Math.min(traces, total))
  })

  test('is of early and late ones alike', async () => {
    const answer = await world.query.traceSample({ ...range, q: '', traces: 30 }, {})
    if (isRefused(answer)) throw new Error(answer.message)
    const early = answer.traces.filter(({ traceId }) => Number.parseInt(traceId, 16) <= 30).length
    expect(early).toBeGreaterThan(5)
    expect(early).toBeLessThan(25)
  })
})

describe('a value is found', () => {
  test.each<[string, string, number[]]>([
    ['of a resource', 'host.name:host-1', all],
    ['of a resource and of its span', 'host.name:host-0 user.id:u3', all.filter((n) => n % 7 === 3)],
    ['of neither', 'host.name:host-2', []],
    ['of a resource, but not of the same span', 'host.name:host-1 user.id:u3', []],
    ['of a resource or of a span', 'host.name:host-1 OR user.id:u3', all],
  ])('%s', async (_, q, numbers) => {
    expect(await found(q)).toEqual(numbers)
    expect(await found(q, 7)).toEqual(numbers)
  })
})

test('a trace whose root has not come is told to be without', async () => {
  world.insert(`INSERT INTO spans (ts, service, name, trace_id, span_id, parent_span_id) VALUES
    (fromUnixTimestamp64Milli(${seedStartMs + 5}, 'UTC'), 'late', 'child', unhex('${'ab'.repeat(16)}'), unhex('${'01'.repeat(8)}'), unhex('${'02'.repeat(8)}'))`)
  const { traces } = await pageOf('service:late', 5)
  expect(traces).toMatchObject([{ rootName: 'child', rootService: 'late', hasRoot: false }])
})

test.each(['newest', 'slowest'] as const)(
  'of spans that share time, trace and id each comes once, %s first',
  async (order) => {
    const service = `twins-${order}`
    const row = (name: string, kind: number) =>
      `(fromUnixTimestamp64Milli(${seedStartMs + 7}, 'UTC'), '${service}', '${name}', ${kind}, 5, unhex('${'cd'.repeat(16)}'), unhex('${'01'.repeat(8)}'), '', 1)`
    world.insert(`INSERT INTO spans (ts, service, name, kind, duration, trace_id, span_id, parent_span_id, resource_id) VALUES
    ${row('asks', 3)}, ${row('answers', 2)}, ${row('again', 3)}`)
    for (const limit of [1, 2, 3]) {
      const names = await spansFound(`service:${service}`, limit, order)
      expect(names.map((name) => name.split(' ')[0]).sort()).toEqual(['again', 'answers', 'asks'])
    }
  },
)
