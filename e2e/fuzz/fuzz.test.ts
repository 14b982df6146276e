import { expect, test } from 'vitest'
import { fuzzTarget } from './run-target.ts'
import { targets } from './targets.ts'

/** A short run of what `npm run e2e -- fuzz` does for long. */
test.each(targets)('$name takes whatever bytes it is given', (target) => {
  const seed = 1
  const { failures } = fuzzTarget(target, { executions: 1500, seed })
  expect(failures, `seed ${seed}`).toEqual([])
})
