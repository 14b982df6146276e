import { expect, test } from 'vitest'
import { addTerm, printAttribute, searchTerm, withService } from './attribute-text.ts'

test.each([
  ['text', 'text'],
  [1.5, '1.5'],
  [true, 'true'],
  [null, 'null'],
  [{ int: '9223372036854775807' }, '9223372036854775807'],
  [{ bytes: 'AQI=' }, 'AQI='],
  [['a', { int: '2' }], '["a",2]'],
  [
    { kvlist: { a: { int: '9223372036854775807' }, b: { kvlist: { c: null } } } },
    '{"a":"9223372036854775807","b":{"c":null}}',
  ],
])('the attribute %j is printed as %s', (value, text) => {
  expect(printAttribute(value)).toBe(text)
})

test.each([
  ['http.route', '/cart/:id', 'with', 'http.route:"/cart/:id"'],
  ['service', 'cart-2', 'with', 'service:cart-2'],
  ['msg', 'say "hi" \\', 'without', '-msg:"say \\"hi\\" \\\\"'],
  ['http.route', '/cart/', 'with', 'http.route:"/cart/"'],
  ['odd key', 'x', 'with', '"odd key":x'],
  ['word', 'or', 'with', 'word:"or"'],
] as const)('%s = %s becomes a search term', (key, text, how, term) => {
  expect(searchTerm(key, text, how)).toBe(term)
})

test('a term is added once', () => {
  expect(addTerm('', 'a:b')).toBe('a:b')
  expect(addTerm('x', 'a:b')).toBe('x a:b')
  expect(addTerm('x a:b y', 'a:b')).toBe('x a:b y')
})

test.each([
  ['a:b', '', 'a:b', 0],
  ['', 'cart', 'service:cart', 0],
  ['a:b', 'cart', 'a:b service:cart', 0],
  ['a OR b', 'cart', '(a OR b) service:cart', 1],
  ['| count', 'cart', 'service:cart | count', 13],
  ['a:b | count', 'cart', 'service:cart a:b | count', 13],
  ['a OR b | count', 'cart', 'service:cart (a OR b)| count', 14],
])('the search "%s" held to "%s" is %s', (q, service, held, offset) => {
  expect(withService(q, service)).toEqual({ q: held, offset })
})
