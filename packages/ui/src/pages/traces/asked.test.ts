import { expect, test } from 'vitest'
import { parseRawSearch, printRawSearch } from '../../parts/url.ts'
import { askedSearch } from './asked.ts'
import { tracesUrl } from './url.ts'

test.each([
  ['', '', '', '', 0],
  ['', '', 'only', 'status:error', 0],
  ['name:x', 'cart', 'only', 'name:x service:cart status:error', 0],
  ['a OR b', '', 'only', '(a OR b) status:error', 1],
  ['a OR b', 'cart', 'only', '(a OR b) service:cart status:error', 1],
  ['a OR b | count', '', 'only', '(a OR b) status:error | count', 1],
  ['| count', '', 'only', 'status:error | count', 13],
  ['a | count', 'cart', 'only', 'service:cart a status:error | count', 13],
] as const)('a search for %j in service %j, errors %j, is sent as %j', (q, service, errors, sent, offset) => {
  expect(askedSearch(q, service, errors)).toEqual({ q: sent, offset })
})

test.each([
  ['', ''],
  [
    '?q=duration>250ms&order=slowest&errors=only&scale=linear',
    '?q=duration>250ms&order=slowest&errors=only&scale=linear',
  ],
  ['?order=sideways&errors=maybe', ''],
])('the traces URL %j is printed as %j', (text, printed) => {
  expect(printRawSearch(tracesUrl.print(tracesUrl.parse(parseRawSearch(text))))).toBe(printed)
})
