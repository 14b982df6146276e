import { expect, test } from 'vitest'
import type { BaselineRow, ReceiptRow } from '../plan/receipts.ts'
import { receiptsByInstance } from './receipts.ts'

/** Each line: minute, records that came, their lowest and highest number, stored, dropped by the sender so far. */
function rows(...lines: string[]): ReceiptRow[] {
  return lines.map((line) => {
    const [minute = '', records = '', lowest = '', highest = '', stored = '', dropped = ''] = line.split(' ')
    const shape = { instance: 'a', signal: 'logs', rejected: '0', shed: '0' } as const
    return { ...shape, minute: Number(minute) * 60, records, lowest, highest, stored, dropped }
  })
}
const standing: BaselineRow = { instance: 'a', signal: 'logs', highest: '100', dropped: 'full=5,refused=10' }

test.each([
  ['all came', rows('1 10 1 10 10', '2 5 11 15 5'), [], { produced: 15, stored: 15, missing: 0, dropped: {} }],
  ['a gap in the numbers', rows('1 10 1 10 10', '2 5 21 25 5'), [], { produced: 25, missing: 10 }],
  [
    'a gap that was given up',
    rows('1 10 1 10 10', '2 5 21 25 5 refused=10'),
    [],
    { missing: 0, dropped: { refused: 10 } },
  ],
  [
    'a full buffer gives no numbers',
    rows('1 10 1 10 10 full=7'),
    [],
    { produced: 17, missing: 0, dropped: { full: 7 } },
  ],
  ['out of order', rows('1 5 11 15 5', '2 10 1 10 10'), [], { stored: 15, missing: 0 }],
  [
    'counts from before the range are not of it',
    rows('1 20 101 120 20 full=6,refused=10'),
    [standing],
    { produced: 21, stored: 20, missing: 0, dropped: { full: 1 } },
  ],
  ['an instance that began before what is kept', rows('1 10 901 910 10'), [], { produced: 10, missing: 0 }],
])('receipts of an instance: %s', (_title, given, baselines, expected) => {
  expect(receiptsByInstance(given, baselines, new Map([['a', 'shop']]))).toMatchObject([
    { service: 'shop', ...expected },
  ])
})
