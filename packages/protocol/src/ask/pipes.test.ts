import { expect, test } from 'vitest'
import { splitPipes } from './pipes.ts'

test.each([
  ['level:error', 'level:error', ''],
  ['level:error | count by (service)', 'level:error ', '| count by (service)'],
  ['| top 10 body | limit 2', '', '| top 10 body | limit 2'],
  ['a || b|count', 'a || b', '|count'],
  ['"a | b" |rate', '"a | b" ', '|rate'],
  ['"a \\" | b"', '"a \\" | b"', ''],
  ['path:/a|b/ | count', 'path:/a|b/ ', '| count'],
  ['path:/health|count', 'path:/health', '|count'],
  ['a\\|b', 'a\\|b', ''],
])('the search %s is taken apart', (q, search, pipes) => {
  expect(splitPipes(q)).toEqual({ search, pipes })
})
