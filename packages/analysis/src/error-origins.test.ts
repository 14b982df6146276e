import { expect, test } from 'vitest'
import { drawnTrace } from './drawn-trace.ts'
import { errorOrigins } from './error-origins.ts'
import { traceTree } from './trace-tree.ts'

/** `failed: origin` for each failed span; capital letters have failed. */
function origins(picture: string): string[] {
  const { rows } = traceTree(drawnTrace(picture))
  return errorOrigins(rows, (span) => /[A-Z]/.test(span.spanId)).map(
    ({ node, origin }) => `${node.span.spanId}: ${origin.span.spanId}`,
  )
}

test('an error is followed down to where it began', () => {
  expect(
    origins(`
      A    :|==========|
      B<A  : |======|
      C<B  :  |==|
      d<A  :        |=|
    `),
  ).toEqual(['A: C', 'B: C', 'C: C'])
})

test('of two failed children the first to end counts', () => {
  expect(
    origins(`
      A    :|==========|
      B<A  : |======|
      C<A  :  |==|
    `),
  ).toEqual(['A: C', 'B: B', 'C: C'])
})

test('a failed span below one that did not fail does not blame the root', () => {
  expect(
    origins(`
      A    :|==========|
      b<A  : |======|
      C<b  :  |==|
    `),
  ).toEqual(['A: A', 'C: C'])
})
