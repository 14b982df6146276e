import type { ServiceError } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { howFar, inOrderOfCause, printError } from './order-of-cause.ts'

const error = (operation: string, follows?: number): ServiceError => ({
  operation,
  type: '',
  message: '',
  spans: 1,
  firstSeenMs: 0,
  lastSeenMs: 0,
  versions: [],
  traceId: '',
  spanId: '',
  followed: 1,
  ...(follows !== undefined && { follows }),
})

test.each([
  ['what came of an error stands below it', [error('a', 1), error('b'), error('c'), error('d', 1)], 'b >a >d c'],
  ['nothing is lost where one follows what follows', [error('a', 1), error('b', 2), error('c')], 'a c >b'],
  ['a place that is not listed makes a cause of its own', [error('a', 7)], 'a'],
])('%s', (_, errors, order) => {
  const said = inOrderOfCause(errors).map(({ operation, isConsequence }) =>
    isConsequence ? `>${operation}` : operation,
  )
  expect(said.join(' ')).toBe(order)
})

test.each([
  ['CardDeclined', 'no funds', 'CardDeclined: no funds'],
  ['502', '', 'HTTP 502'],
  ['', '', 'says nothing of why'],
])('an error of kind "%s" that says "%s" is written "%s"', (type, message, text) => {
  expect(printError({ type, message })).toBe(text)
})

test.each([
  [{ spans: 4, followed: 4 }, 4, ''],
  [{ spans: 300, followed: 4 }, 4, ', all 4 looked at'],
  [{ spans: 300, followed: 1 }, 1, ', the one looked at'],
  [{ spans: 300, followed: 4 }, 3, ', 3 of 4 looked at'],
])('where %j began was seen of %d of them: "%s"', (counts, spans, text) => {
  const origin = { service: 'b', operation: 'c', type: '', message: '', traceId: '', spanId: '' }
  expect(howFar({ ...error('a'), ...counts, began: { ...origin, spans }, isConsequence: false })).toBe(text)
})

test('what came of another was seen of all that were followed', () => {
  expect(howFar({ ...error('a', 1), spans: 318, followed: 4, isConsequence: true })).toBe(', all 4 looked at')
})
