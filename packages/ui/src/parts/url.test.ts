import { expect, test } from 'vitest'
import { many, one, oneOf, parseRawSearch, printRawSearch } from './url.ts'

test.each([
  ['', {}],
  ['?q=level%3E%3Dwarn+%22card%22', { q: 'level>=warn "card"' }],
  ['?by=a&by=b', { by: ['a', 'b'] }],
])('search parameters of %s are parsed as plain strings', (text, raw) => {
  expect(parseRawSearch(text)).toEqual(raw)
})

test.each([
  [{ q: 'a:b/c d+e&f=g#h%', by: ['x', 'y'] }],
  [{ q: '"100%" (a OR b) -é' }],
  [{ from: '2026-11-22T15:00:00.000Z' }],
])('search parameters %j come back as they were printed', (raw) => {
  expect(parseRawSearch(printRawSearch(raw))).toEqual(raw)
})

test('printed search parameters stay readable and leave out what is empty', () => {
  expect(printRawSearch({ q: 'duration>250ms service:a', service: '', by: undefined })).toBe(
    '?q=duration>250ms+service:a',
  )
})

test('repeated and unknown values are read with a fallback', () => {
  const raw = { a: ['1', '2'], b: '3', order: 'sideways' }
  expect([one(raw, 'a'), one(raw, 'c'), many(raw, 'b'), many(raw, 'c')]).toEqual(['1', '', ['3'], []])
  expect(oneOf(raw, 'order', ['newest', 'slowest'])).toBe('newest')
})
