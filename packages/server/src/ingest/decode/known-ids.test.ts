import { expect, test } from 'vitest'
import { KnownIds } from './known-ids.ts'

test('an id is new once a day', () => {
  const ids = new KnownIds(10)
  expect([ids.add(1, 2, 3), ids.add(1, 2, 3), ids.add(1, 2, 4), ids.add(2, 2, 3), ids.add(1, 2, 3)]).toEqual([
    true,
    false,
    true,
    true,
    false,
  ])
})

test('a rollback takes back what was added since the mark, and that alone', () => {
  const ids = new KnownIds(1_000)
  for (let i = 0; i < 400; i += 1) ids.add(i * 1_024, i, 1)
  const mark = ids.mark()
  for (let i = 400; i < 900; i += 1) ids.add(i * 1_024, i, 1)
  ids.rollback(mark)
  for (let i = 0; i < 900; i += 1) expect(ids.add(i * 1_024, i, 1)).toBe(i >= 400)
})

test('a full table forgets everything, and a rollback to before that forgets the rest', () => {
  const ids = new KnownIds(3)
  ids.add(1, 0, 0)
  const mark = ids.mark()
  for (const low of [2, 3, 4]) ids.add(low, 0, 0)
  ids.rollback(mark)
  expect([1, 2, 4].map((low) => ids.add(low, 0, 0))).toEqual([true, true, true])
})
