import { expect, test } from 'vitest'
import { operatorsMeant } from './operators.ts'

test.each([
  ['level:error or level:warn', ['or'], 'level:error OR level:warn'],
  ['(a or b) and not c | count by (service)', ['or', 'and', 'not'], '(a OR b) AND NOT c | count by (service)'],
  ['not service:shop', ['not'], 'NOT service:shop'],
  ['a Or b', ['Or'], 'a OR b'],
  ['{service:a} and {service:b}', ['and'], '{service:a} AND {service:b}'],
])('of %s the operators are told', (q, looked, meant) => {
  expect(operatorsMeant(q)).toEqual({ looked, meant })
})

test.each(['a OR b', '"to be or not"', 'body:"a and b"', 'path:/(a|or)/', 'or', 'word or', 'for and-then', 'x:or', ''])(
  'in %j there is no operator',
  (q) => {
    expect(operatorsMeant(q)).toBeUndefined()
  },
)
