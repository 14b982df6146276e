import { expect, test } from 'vitest'
import { atOnce, inTurns, type Steps } from './in-turns.ts'

function* longWork(steps: number, stepMs: number): Steps<string> {
  for (let step = 0; step < steps; step += 1) {
    const endMs = performance.now() + stepMs
    while (performance.now() < endMs);
    yield
  }
  return 'done'
}

test('long work lets others have their turn, unless it is done at once', async () => {
  let turns = 0
  const others = setInterval(() => (turns += 1), 1)
  expect(atOnce(longWork(10, 2))).toBe('done')
  expect(turns).toBe(0)
  expect(await inTurns(longWork(40, 2))).toBe('done')
  clearInterval(others)
  expect(turns).toBeGreaterThan(1)
})
