import { expect, test } from 'vitest'
import { historyMin, OperationHistory } from './operation-history.ts'

function seen(durations: readonly number[]): OperationHistory {
  const history = new OperationHistory()
  for (const duration of durations) history.judge('load', duration)
  return history
}
const steady = Array.from({ length: historyMin }, () => 100)

test.each<[string, readonly number[], number, boolean]>([
  ['far over its usual', steady, 300, true],
  ['not 2.5 times its usual', steady, 240, false],
  ['many times its usual, but of no weight', steady.map(() => 1), 40, false],
  ['with too little history', steady.slice(1), 5_000, false],
])('a span %s', (_, durations, duration, isSlow) => {
  expect(seen(durations).judge('load', duration) !== undefined).toBe(isSlow)
})

test('what becomes usual is no longer slow', () => {
  const history = seen(steady)
  const verdicts = Array.from({ length: 30 }, () => history.judge('load', 300) !== undefined)
  expect([verdicts[0], verdicts.at(-1)]).toEqual([true, false])
})

test('operations are apart, and bounded', () => {
  const history = seen(steady)
  expect(history.judge('other', 1_000)).toBeUndefined()
  for (let i = 0; i < 1_100; i++) history.judge(`made up ${i}`, 1)
  expect(history.judge('load', 1_000)).toBeUndefined()
})
