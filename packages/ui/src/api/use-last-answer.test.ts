import { Failure } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { mayPass } from './use-last-answer.ts'

test.each([
  [0, true],
  [429, true],
  [503, true],
  [400, false],
  [404, false],
])('an answer is kept while there is none: status %d, %s', (status, kept) => {
  expect(mayPass(new Failure('x', status, 'x'))).toBe(kept)
})
