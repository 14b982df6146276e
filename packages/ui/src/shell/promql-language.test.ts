import { Failure } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { promqlWrong } from './promql-language.ts'

test.each([
  ['sum(', 'invalid parameter "query": 1:5: parse error: unclosed left parenthesis', 4],
  ['sum(\n  rate(x))', 'invalid parameter "query": 2:8: parse error: expected type range vector', 12],
  ['up', 'invalid parameter "query": it is odd', undefined],
])('the place in the sentence about %j', (text, message, position) => {
  expect(promqlWrong(new Failure('bad_data', 400, message), text)?.position).toBe(position)
})

test('what is no fault of the text underlines nothing', () => {
  expect(promqlWrong(new Failure('timeout', 503, 'query timed out in 1:1: parse error: no'), 'up')).toBeUndefined()
})
