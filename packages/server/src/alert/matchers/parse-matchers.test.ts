import { expect, test } from 'vitest'
import { matchesAll, printMatchers } from './matcher.ts'
import { parseMatchers } from './parse-matchers.ts'

const read: readonly (readonly [string, string])[] = [
  ['', '{}'],
  ['{}', '{}'],
  ['foo=bar', '{foo="bar"}'],
  ['{ foo = "a\\"b" , bar!~x.* }', '{foo="a\\"b",bar!~"x.*"}'],
  ['"a b"=c', '{"a b"="c"}'],
  ['foo="🙂"', '{foo="🙂"}'],
  ['foo="\\U0001f642"', '{foo="\\\\U0001f642"}'],
  // Both syntaxes read it, and mean another thing: the older one counts.
  ['foo="\\t"', '{foo="\\\\t"}'],
  ['foo=', '{foo=""}'],
  ['foo=a b', '{foo="a b"}'],
]

test.each(read)('%s is read as %s', (text, expected) => {
  const matchers = parseMatchers(text)
  expect('error' in matchers ? matchers : printMatchers(matchers)).toBe(expected)
})

test.each([
  ['foo', 'the end comes where one of =, !=, =~ and !~ is expected', 3],
  ['"foo"="a', 'the quotation mark has no end', 6],
  ['{"foo"=a', 'the end comes where a closing brace is expected', 8],
  ['"a b"=~"["', '"[" is no regular expression: missing closing ]: `[`', 0],
  ['"foo"!a', '"!" is no operator; write !=, or !~', 5],
])('%s is refused with its place', (text, error, position) => {
  expect(parseMatchers(text)).toEqual({ error, position })
})

test('a label that is not there is empty, and the whole value has to match', () => {
  const matchers = parseMatchers('a=~"x|y",b!="z",c=""')
  if ('error' in matchers) throw new Error(matchers.error)
  expect(matchesAll(matchers, { a: 'x' })).toBe(true)
  expect(matchesAll(matchers, { a: 'xx' })).toBe(false)
  expect(matchesAll(matchers, { a: 'y', b: 'z' })).toBe(false)
  expect(matchesAll(matchers, { a: 'y', c: 'd' })).toBe(false)
})
