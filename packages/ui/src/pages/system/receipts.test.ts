import type { InstanceReceipts } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { minutesOf, receiptsOf } from './receipts.ts'

const counts = { produced: 100, stored: 100, rejected: 0, shed: 0, dropped: {} }
const whole: InstanceReceipts = {
  ...counts,
  instance: 'a',
  service: 'shop',
  signal: 'logs',
  firstSeenMs: 0,
  lastSeenMs: 5,
  missing: 0,
  minutes: [],
}

test('what was lost is summed up with where and why, and comes first', () => {
  const lossy = {
    ...whole,
    instance: 'b',
    lastSeenMs: 1,
    missing: 2,
    rejected: 1,
    dropped: { full: 1500, replaced: 9 },
  }
  const [first, second] = receiptsOf([whole, lossy])
  expect(first).toMatchObject({
    key: 'b logs',
    lost: 1503,
    why: '1,500 buffer of the sender full, 2 missing on the way, 1 rejected here',
  })
  expect(second).toMatchObject({ key: 'a logs', lost: 0, why: '' })
})

test('minutes are stored records with what was dropped above them', () => {
  const minutes = [{ ...counts, timeMs: 60_000, stored: 7, shed: 1, dropped: { refused: 2, replaced: 5 } }]
  const { times, series } = minutesOf({ ...whole, minutes })
  expect(times).toEqual([60_000])
  expect(series.map(({ values }) => values)).toEqual([[7], [3]])
})
