import type { StatusAnswer } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { troublesOf } from './trouble.ts'

const counts = { accepted: 0, rejected: 0, loaded: 0 }
const well: StatusAnswer = {
  version: '1.2.3',
  startedMs: 0,
  nowMs: 0,
  store: { driver: 'embedded', engineVersion: '25', diskBytes: 1e9, diskFreeBytes: 9e9, budgetBytes: 0, kept: [] },
  ingest: {
    spans: counts,
    logs: counts,
    points: counts,
    duplicatedRequests: 0,
    forgottenRequests: 0,
    redactedValues: 0,
    shed: { level: 0, sinceMs: null, logs: 0, spans: 0 },
    waitingSegments: 1,
    waitingBytes: 10,
    poisonedSegments: 0,
  },
  scraping: { targets: 0, up: 0, down: 0, samplesStored: 0, samplesLost: 0 },
  endpoints: { ui: '', otlpHttp: '', otlpGrpc: '' },
  residentBytes: 1,
}
const target = (health: 'up' | 'down') => ({
  scrapePool: 'web',
  scrapeUrl: 'http://web/metrics',
  labels: {},
  health,
  lastError: '',
  lastScrape: '',
  lastScrapeDuration: 0,
  scrapeInterval: '15s',
})

test('a server that is well has no troubles', () => {
  expect(troublesOf(well, [target('up')])).toEqual([])
})

test.each<[string, StatusAnswer, RegExp]>([
  [
    'shedding',
    { ...well, ingest: { ...well.ingest, shed: { level: 2, sinceMs: 1, logs: 1, spans: 0 } } },
    /debug and info logs find no room, so far 1 log record$/,
  ],
  ['little room', { ...well, store: { ...well.store, diskFreeBytes: 1e6 } }, /977 KiB of disk free/],
  ['over budget', { ...well, store: { ...well.store, budgetBytes: 1e6 } }, /over the budget/],
  ['set aside', { ...well, ingest: { ...well.ingest, poisonedSegments: 2 } }, /2 segments set aside/],
  ['forgotten', { ...well, ingest: { ...well.ingest, forgottenRequests: 3 } }, /3 requests were forgotten too early/],
  ['waiting', { ...well, ingest: { ...well.ingest, waitingSegments: 51 } }, /51 segments wait/],
])('says what is wrong: %s', (_, status, title) => {
  const [first, ...others] = troublesOf(status, [])
  expect(first?.title).toMatch(title)
  expect(first?.advice).not.toBe('')
  expect(others).toEqual([])
})

test('what loses data comes before what does not', () => {
  const status = { ...well, ingest: { ...well.ingest, poisonedSegments: 1 } }
  const troubles = troublesOf(status, [target('down'), target('up')])
  expect(troubles.map(({ title }) => title)).toEqual([
    expect.stringContaining('set aside'),
    '1 of 2 scrape targets down',
  ])
})
