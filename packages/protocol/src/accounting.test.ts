import { expect, test } from 'vitest'
import { type BatchAccount, readBatchAccount } from './accounting.ts'

const whole = { 'wakeline-instance': 'a-1', 'wakeline-first': '11', 'wakeline-records': '5' }

test.each<[string, Record<string, string>, BatchAccount | undefined]>([
  ['nothing', {}, undefined],
  ['no drops', whole, { instance: 'a-1', first: 11, records: 5, dropped: {} }],
  [
    'drops',
    { ...whole, 'wakeline-dropped': 'full=3,refused=10' },
    { instance: 'a-1', first: 11, records: 5, dropped: { full: 3, refused: 10 } },
  ],
  ['drops of another shape', { ...whole, 'wakeline-dropped': 'full=3,' }, undefined],
  ['a first record that cannot be', { ...whole, 'wakeline-first': '0' }, undefined],
  ['not a number', { ...whole, 'wakeline-records': '1e9' }, undefined],
  ['a hostile instance', { ...whole, 'wakeline-instance': 'a b' }, undefined],
])('the account of a batch: %s', (_, headers, expected) => {
  expect(readBatchAccount((name) => headers[name])).toEqual(expected)
})
