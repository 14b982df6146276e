import type { LogPatternsAnswer } from '@wakeline/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isRefused } from '../base/refused.ts'
import { openTestWorld, type TestWorld } from './test-world/world.case.ts'
import { patternSearch } from './view/pattern-search.ts'

/**
 * Fifty thousand lines in 5000 s: more than are looked at. In the second half some are of a kind not seen before; ten name their own
 * pattern. And errors of a shop, in spans and in log records.
 */
const startMs = Date.UTC(2026, 0, 5, 10)
const halfMs = startMs + 2_500_000
const endMs = startMs + 5_000_000

let world: TestWorld
beforeAll(async () => {
  world = await openTestWorld()
  const at = (ms: number | string): string => `fromUnixTimestamp64Milli(${startMs} + ${ms}, 'UTC')`
  world.insert(`INSERT INTO logs (ts, service, severity, body, attributes) SELECT ${at('number * 100')}, 'bulk', if(number % 2 = 0, 9, 13),
    if(number >= 25000 AND number % 10 = 0, concat('pool exhausted after ', toString(number), 'ms'), concat('sent ', toString(number), ' bytes')),
    if(number % 5000 = 1, map('log.pattern_id', 'abc'), map()) FROM numbers(50000)`)
  const [trace, span] = ["unhex('0000000000000000000000000000000a')", "unhex('000000000000000b')"]
  const stack =
    "concat('TypeError: order ', toString(number), '\\n    at pay (/app/src/pay.ts:', toString(number), ':2)')"
  world.insert(`INSERT INTO spans (ts, service, name, kind, status, duration, trace_id, span_id, resource_id, events)
    SELECT ${at('2600000 + number * 1000')}, 'shop', 'pay', 2, 2, 1000, ${trace}, unhex(leftPad(hex(11 + number), 16, '0')), 1,
      [(${at(2_600_000)}, 'exception', map('exception.type', 'TypeError', 'exception.message', concat('order ', toString(number)), 'exception.stacktrace', ${stack}), '', 0)]
    FROM numbers(10)`)
  world.insert(`INSERT INTO logs (ts, service, severity, body, trace_id, span_id, attributes)
    SELECT ${at(2_600_000)}, 'shop', 17, 'failed', ${trace}, ${span}, map('exception.type', 'TypeError', 'exception.message', concat('order ', toString(number)), 'exception.stacktrace', ${stack}) FROM numbers(1)
    UNION ALL SELECT ${at('number * 2700000')}, 'shop', 17, 'failed', '', '', map('exception.message', concat('no card of user ', toString(number))) FROM numbers(2)
    UNION ALL SELECT ${at(2_800_000)}, 'till', 17, 'failed', '', '', map('exception.type', 'Error', 'exception.message', 'a', 'exception.fingerprint', '{"values":[{"stringValue":"pay"}]}') FROM numbers(1)`)
})
afterAll(() => world.close())

async function patternsOf(q: string): Promise<LogPatternsAnswer> {
  const answer = await world.query.logPatterns({ q, fromMs: halfMs, toMs: endMs }, {})
  if (isRefused(answer)) throw new Error(answer.message)
  return answer
}

test('lines alike are put together from a sample whose counts stand for all, and those new are told', async () => {
  const answer = await patternsOf('service:bulk')
  expect(answer).toMatchObject({ records: 25_000, before: { fromMs: startMs, records: 25_000 } })
  expect(answer.recordsLookedAt).toBeLessThan(12_000)
  expect(answer.patterns.map(({ pattern, isEstimate, isNew }) => [pattern, isEstimate, isNew])).toEqual([
    ['sent <*> bytes', true, false],
    ['pool exhausted after <*>', true, true],
    ['sent <*> bytes', false, false],
  ])
  const [sent, pool, own] = answer.patterns
  expect(Math.abs((pool?.records ?? 0) / 2500 - 1)).toBeLessThan(0.15)
  expect(pool?.levels).toEqual([{ level: 'info', records: pool?.records }])
  expect(sent?.levels.map(({ level }) => level)).toEqual(['warn', 'info'])
  expect(own).toMatchObject({ search: 'log.pattern_id:abc', records: 5, services: ['bulk'] })
  expect(own?.counts.reduce((sum, count) => sum + count)).toBe(5)
})

test('the search of a pattern finds its lines', async () => {
  const { patterns } = await patternsOf('service:bulk')
  const found = await Promise.all(patterns.slice(1).map(({ search }) => patternsOf(`service:bulk ${search}`)))
  expect(found.map(({ records }) => records)).toEqual([2500, 5])
})

test('patterns of a search that cannot be read are refused', async () => {
  const asked = world.query.logPatterns({ q: 'a:(', fromMs: 0, toMs: 1000 }, {})
  expect(await asked).toMatchObject({ refused: 'invalid_query' })
})

test.each([
  ['paid <*> (by "card")', ['paid 7 (by "card")'], 'body:/^\\s*paid\\s+.*\\s+\\(by\\s+\\"card\\"\\)\\s*$/'],
  ['<*> bytes sent', ['12 bytes (1 KB) sent'], 'body:/^\\s*.*bytes.*sent\\s*$/'],
  ['GET <*>/cart', ['GET a/cart'.padEnd(500)], 'body:/^\\s*GET\\s+.*\\/cart/'],
])('the search of %s', (pattern, bodies, search) => {
  expect(patternSearch(pattern, bodies, 500)).toBe(search)
})

test('the same error is told once, of spans and log records together, with what was there before', async () => {
  const { errors, lookedBackToMs } = await world.query.errors({ service: '', fromMs: halfMs, toMs: endMs }, {})
  expect(lookedBackToMs).toBe(startMs)
  expect(
    errors.map(({ type, culprit, by, occurrences, occurrencesBefore }) => [
      type,
      culprit,
      by,
      occurrences,
      occurrencesBefore,
    ]),
  ).toEqual([
    ['TypeError', 'pay (src/pay.ts)', 'stack', 10, 0],
    ...[
      ['', '', 'message', 1, 1],
      ['Error', '', 'fingerprint', 1, 0],
    ].sort((a, b) => byHash(errors, a[2]) - byHash(errors, b[2])),
  ])
  expect(errors[0]?.counts.reduce((sum, count) => sum + count)).toBe(10)
  expect(errors[0]?.places).toHaveLength(5)
  expect(errors.find(({ by }) => by === 'message')).toMatchObject({ firstSeenMs: startMs, services: ['shop'] })
})

const byHash = (errors: readonly { by: string }[], by: unknown): number => errors.findIndex((error) => error.by === by)

test('errors of one service are asked for alone', async () => {
  const { errors } = await world.query.errors({ service: 'till', fromMs: halfMs, toMs: endMs }, {})
  expect(errors.map(({ type }) => type)).toEqual(['Error'])
})
