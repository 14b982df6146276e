import type { StatusAnswer } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { calmStatus } from '../../../../protocol/src/status.case.ts'
import { troublesOf } from './trouble.ts'

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
  expect(troublesOf(calmStatus, [target('up')])).toEqual([])
})

test.each<[string, StatusAnswer, RegExp]>([
  [
    'shedding',
    { ...calmStatus, ingest: { ...calmStatus.ingest, shed: { level: 2, sinceMs: 1, logs: 1, spans: 0 } } },
    /debug and info logs find no room, so far 1 log record$/,
  ],
  ['little room', { ...calmStatus, store: { ...calmStatus.store, diskFreeBytes: 1e6 } }, /977 KiB of disk free/],
  ['over budget', { ...calmStatus, store: { ...calmStatus.store, budgetBytes: 1e6 } }, /over the budget/],
  ['set aside', { ...calmStatus, ingest: { ...calmStatus.ingest, poisonedSegments: 2 } }, /2 segments set aside/],
  [
    'forgotten',
    { ...calmStatus, ingest: { ...calmStatus.ingest, forgottenRequests: 3 } },
    /3 requests were forgotten too early/,
  ],
  ['waiting', { ...calmStatus, ingest: { ...calmStatus.ingest, waitingSegments: 51 } }, /51 segments wait/],
])('says what is wrong: %s', (_, status, title) => {
  const [first, ...others] = troublesOf(status, [])
  expect(first?.title).toMatch(title)
  expect(first?.advice).not.toBe('')
  expect(others).toEqual([])
})

test('what loses data comes before what does not', () => {
  const status = { ...calmStatus, ingest: { ...calmStatus.ingest, poisonedSegments: 1 } }
  const troubles = troublesOf(status, [target('down'), target('up')])
  expect(troubles.map(({ title }) => title)).toEqual([
    expect.stringContaining('set aside'),
    '1 of 2 scrape targets down',
  ])
})
