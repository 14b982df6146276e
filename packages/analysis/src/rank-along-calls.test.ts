import { expect, test } from 'vitest'
import { rankAlongCalls } from './rank-along-calls.ts'

const calls = [
  { caller: 'site', callee: 'search' },
  { caller: 'site', callee: 'pay' },
  { caller: 'search', callee: 'table' },
]
const level = (service: string, before: number, now: number, requests = 100) => ({
  service,
  requests,
  before,
  now,
  spread: 0.1,
})

test.each([
  [
    'the lowest that has risen',
    [level('site', 9, 15), level('search', 4, 10), level('table', 2, 2), level('pay', 3, 3)],
    'search',
  ],
  [
    'one whose callee explains only a part',
    [level('site', 9, 15), level('search', 4, 10), level('table', 2, 4)],
    'search',
  ],
  ['the callee, if it explains it all', [level('site', 9, 15), level('search', 4, 10), level('table', 2, 8)], 'table'],
  ['the asked service, if nothing below has risen', [level('site', 9, 15), level('search', 4, 4)], 'site'],
  [
    'what is called often, before what rose more a call',
    [level('site', 9, 15), level('search', 4, 5, 500), level('pay', 3, 6)],
    'search',
  ],
])('first comes %s', (_, levels, expected) => {
  expect(rankAlongCalls(levels, calls, 'site')[0]?.service).toBe(expected)
})

test('a service that the asked one does not lead to is not ranked', () => {
  expect(
    rankAlongCalls([level('pay', 3, 3), level('search', 4, 90)], calls, 'pay').map(({ service }) => service),
  ).toEqual(['pay'])
})
