import { expect, test } from 'vitest'
import { parseExpression } from '../query/promql/parse/parse.ts'
import { overWindow } from './over-window.ts'

test.each([
  ['up + 1', { expression: { kind: 'subquery' }, text: '(up + 1)[600000ms:60000ms]' }],
  ['up[5m]', { error: expect.stringMatching(/subquery is only allowed on instant vector/) }],
])('the steps of a window of %s', (text, expected) => {
  const expression = parseExpression(text)
  if (expression.kind === 'parse-error') throw new Error(expression.sentence)
  expect(overWindow(expression, { windowMs: 600_000, stepMs: 60_000 })).toMatchObject(expected)
})
