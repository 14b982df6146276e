import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRefused } from '../base/refused.ts'
import { seedEndMs, seedStartMs } from './test-world/seed.case.ts'
import { openSeededWorld, type TestWorld } from './test-world/world.case.ts'

let world: TestWorld
beforeAll(async () => {
  world = await openSeededWorld()
})
afterAll(() => world.close())

const range = { fromMs: seedStartMs, toMs: seedEndMs }

async function ask(signal: 'logs' | 'spans', q: string) {
  const answer = await world.query.table({ ...range, signal, q }, {})
  if (isRefused(answer)) throw new Error(answer.message)
  return answer
}

async function rowsOf(signal: 'logs' | 'spans', q: string) {
  const answer = await ask(signal, q)
  return answer.is === 'table' ? answer.rows : answer.series
}

describe('pipes make tables', () => {
  test.each<['logs' | 'spans', string, (string | number | null)[][]]>([
    ['logs', '', [[73]]],
    ['logs', 'service:nobody', [[0]]],
    ['logs', 'service:nobody | count by (service)', []],
    ['logs', 'service:nobody | avg(attempts), count', [[null, 0]]],
    [
      'logs',
      '| count by (service)',
      [
        ['checkout', 60],
        ['cron', 13],
      ],
    ],
    [
      'logs',
      '| count by (service, level) | sort level',
      [
        ['cron', 'debug', 10],
        ['checkout', 'error', 20],
        ['checkout', 'info', 40],
        ['cron', 'warn', 3],
      ],
    ],
    ['logs', 'level:error | rate', [[20 / 600]]],
    [
      'logs',
      'service:checkout | min(attempts), max(attempts), avg(attempts), sum(attempts), uniq(order.id)',
      [[0, 4, 2, 120, 60]],
    ],
    [
      'logs',
      '| top 2 body',
      [
        ['same time B', 2],
        ['Card declined for order-11: 100% of limit_used', 1],
      ],
    ],
    [
      'logs',
      '| values attempts | limit 6',
      [
        ['0', 12],
        ['1', 12],
        ['2', 12],
        ['3', 12],
        ['4', 12],
        ['', 13],
      ],
    ],
    ['logs', '| count by (attempts) | where count > 12', [['', 13]]],
    [
      'logs',
      '| count by (attempts) | where attempts >= 3 | sort -attempts',
      [
        ['4', 12],
        ['3', 12],
      ],
    ],
    ['logs', '| count by (host.name)', [['host-1', 73]]],
    [
      'logs',
      '| count by (resource.service.version)',
      [
        ['1.1', 60],
        ['1.3', 13],
      ],
    ],
    [
      'logs',
      '| count by (scope.name)',
      [
        ['checkout-instrumentation', 60],
        ['cron-instrumentation', 13],
      ],
    ],
    [
      'logs',
      '| count by (event)',
      [
        ['', 63],
        ['tick', 10],
      ],
    ],
    ['logs', '| count by (nothing)', [['', 73]]],
    [
      'spans',
      'kind:server | count by (name) | sort name | limit 2',
      [
        ['GET /cart', 60],
        ['POST /checkout', 60],
      ],
    ],
    [
      'spans',
      'kind:server | p50(duration), max(duration) by (operation) | sort -p50 | limit 1',
      [['GET /cart', 310e6, 610e6]],
    ],
    [
      'spans',
      '| count by (kind, status)',
      [
        ['server', 'unset', 160],
        ['client', 'unset', 60],
        ['server', 'error', 20],
      ],
    ],
    ['spans', '| top 1 name by p99.9(duration)', [['GET /cart', 610e6]]],
    ['spans', '| count by (trace_id) | limit 1', [['00000000000000000000000000000001', 4]]],
    ['spans', 'amount:* | sum(amount)', [[2655]]],
  ])('of %s: %s', async (signal, q, rows) => {
    expect(await rowsOf(signal, q)).toEqual(rows)
  })

  test('with columns, units and how many there are', async () => {
    const answer = await ask('spans', 'kind:server | p95(duration), rate by (http.route) | limit 1')
    await expect(`${answer.cost.sql.join(';\n\n')};\n`).toMatchFileSnapshot('test-sql/table.sql')
    expect(answer).toMatchObject({
      columns: [
        { name: 'http.route', is: 'key', unit: '' },
        { name: 'p95(duration)', is: 'figure', unit: 'ns' },
        { name: 'rate', is: 'figure', unit: '1/s' },
      ],
      rowsTotal: 3,
    })
  })

  test('of no record there is a count and nothing else', async () => {
    const answer = await ask('logs', 'nothing-of-this | max(severity), sum(severity), avg(severity), count')
    expect(answer).toMatchObject({ rows: [[null, null, null, 0]] })
  })

  test('over time, empty steps told', async () => {
    const answer = await ask('logs', '| count, max(attempts) by (service) | timeseries 1m | limit 1')
    await expect(`${answer.cost.sql.join(';\n\n')};\n`).toMatchFileSnapshot('test-sql/table-series.sql')
    expect(answer).toMatchObject({
      stepMs: 60_000,
      times: Array.from({ length: 10 }, (_, n) => seedStartMs + n * 60_000),
      seriesTotal: 4,
      series: [
        { labels: { service: 'checkout' }, figure: 'count', values: Array(10).fill(6) },
        { labels: { service: 'checkout' }, figure: 'max(attempts)', values: Array(10).fill(4) },
      ],
    })
    expect(await rowsOf('logs', 'same | timeseries 30s')).toMatchObject([{ values: [0, 3, ...Array(18).fill(0)] }])
    expect(await rowsOf('logs', 'same | avg(x) | timeseries 5m')).toMatchObject([{ values: [null, null] }])
  })

  test.each<['logs' | 'spans', string, number, RegExp]>([
    ['logs', '| count | count by (service)', 10, /figures already/],
    ['logs', '| count by (service) | sort p95', 28, /no column "p95" here; there are service, count/],
    ['logs', '| where count > 1', 2, /put "\| count/],
    ['logs', '| count | timeseries 1ms', 10, /more than 1500 steps; use 0.5s/],
    ['spans', '| count by (event)', 12, /many values/],
    ['spans', '{a} | count', 0, /is of traces/],
    ['logs', 'level:loud | count', 6, /one of trace/],
  ])('of %s is refused: %s', async (signal, q, position, sentence) => {
    const answer = await world.query.table({ ...range, signal, q }, {})
    expect(answer).toMatchObject({ refused: 'invalid_query', position, message: expect.stringMatching(sentence) })
  })
})
