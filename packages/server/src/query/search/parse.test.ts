import { describe, expect, test } from 'vitest'
import type { Aggregate, Bound, Question, Search, SearchRefused, Stage, Value } from './ast.ts'
import { parseQuestion } from './parse.ts'

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
    case 'between': {
      const bound = (end: Bound | undefined): string =>
        end ? `${printValue(end.value)}${end.isIncluded ? '' : '!'}` : '..'
      return `${search.key} from ${bound(search.least)} to ${bound(search.most)}`
    }
    case 'span':
      return `{${print(search.search)}}`
    case 'related':
      return `(${print(search.above)} ${search.relation} ${print(search.below)})`
  }
}

function printStage(stage: Stage): string {
  const value = (each: Aggregate): string =>
    each.function === 'quantile' ? `${each.name}=${each.quantile}` : each.name
  switch (stage.is) {
    case 'aggregate':
      return `${stage.values.map(value).join('+')} by ${stage.by.map(({ key }) => key).join('+')}`
    case 'top':
      return `top ${stage.rows} ${stage.key.key}${stage.value ? ` by ${value(stage.value)}` : ''}`
    case 'values':
      return `values ${stage.key.key}`
    case 'timeseries':
      return `timeseries ${stage.stepMs ?? 'auto'}`
    case 'where':
      return `where ${stage.column.key} ${stage.compare} ${stage.value}`
    case 'sort':
      return `sort ${stage.column.key} ${stage.order}`
    case 'limit':
      return `limit ${stage.rows}`
  }
}

function parseSearch(text: string): Search | SearchRefused {
  const question: Question | SearchRefused = parseQuestion(text)
  return 'refused' in question ? question : question.search
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
    ['*:*', 'all'],
    ['*:* a', '(all and a)'],
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
    ['--a', 'a'],
    ['a && b || c', '((a and b) or c)'],
    ['+a +"b c" +(d)', '(a and "b c" and d)'],
    ['+5 a+b', '(+5 and a+b)'],
    ['key:[1 TO 5]', 'key from 1 to 5'],
    ['key:{"a b" TO c}', 'key from "a b"! to c!'],
    ['key:[* TO 5} x', '(key from .. to 5! and x)'],
    ['key:[abc]', 'key : [abc]'],
    ['route:/users/{id} {x}', '(route : /users/{id} and {x})'],
    ['key:-"a b"', 'not key : "a b"'],
    ['key:-(a OR b)', 'not (key : a or key : b)'],
    ['foo\\~bar: x', 'foo~bar : x'],
    ['foo\\: x', '(foo: and x)'],
    ['{a b} c', '({(a and b)} and c)'],
    ['a b > c OR d', '(((a and b) > c) or d)'],
    ['{a} >> {b} > {c}', '(({a} >> {b}) > {c})'],
    ['NOT {a:b}', 'not {a : b}'],
    ['a -> b', '(a and -> and b)'],
    ['key:(a b)', '(key : a or key : b)'],
    ['key:(+a +"b c")', '(key : a and key : "b c")'],
    ['key:(a b -c)', '((key : a or key : b) and not key : c)'],
    ['key:(-a NOT b)', '(not key : a and not key : b)'],
    ['key:(+a b !c)', '(key : a and not key : c)'],
    ['key:(a AND b c OR d)', '(((key : a and key : b) or key : c) or key : d)'],
    ['key:(a OR (b AND -c))', '(key : a or (key : b and not key : c))'],
    ['key:-(a b) c', '(not (key : a or key : b) and c)'],
    ['key: (a b)', '(key : a or key : b)'],
    ['key:(>=10 AND <20)', '(key >= 10 and key < 20)'],
    ['key:(+>=10 +<20)', '(key >= 10 and key < 20)'],
    ['key:([1 TO 5} 9)', '(key from 1 to 5! or key : 9)'],
    ['key:(a:1 b:2)', '(key : a:1 or key : b:2)'],
    ['key:(+5 /b|c/ d*)', '(key : +5 or key : /b|c/ or key : wild[d|])'],
    ['(key:(a b) c)', '((key : a or key : b) and c)'],
    ['key:+"a b" key:+(a b)', '(key : "a b" and (key : a or key : b))'],
    ['"a b"^4 c^2.5 (d)^2 e', '("a b" and c and d and e)'],
    ['key:a^2 key:(a b^3)^2', '(key : a and (key : a or key : b))'],
    ['2^10 a^b a\\^4', '(2^10 and a^b and a^4)'],
  ])('reads %s', (text, tree) => {
    const parsed = parseSearch(text)
    expect('refused' in parsed ? parsed : print(parsed)).toEqual(tree)
  })

  test.each([
    ['a | counts', 4, /"counts" is not a pipe/],
    ['a | ', 4, /a pipe begins with/],
    ['a | count by', 12, /a key should follow "by"/],
    ['a | count by (x y)', 16, /a comma is missing/],
    ['a | p95', 4, /p95 is of a key/],
    ['a | p95(duration', 16, /'\)' is missing/],
    ['a | count(x)', 10, /takes no key/],
    ['a | limit 0', 10, /from 1 to 10000/],
    ['a | timeseries fast', 15, /a step of time/],
    ['a | timeseries 1m by (service)', 18, /stands before, as in count by \(service\) \| timeseries 1m/],
    ['a | where count', 15, /comparison should follow/],
    ['a | where count > many', 18, /number or a duration/],
    ['a | sort -', 9, /column should follow/],
    ['a | count x', 10, /"x" is not expected/],
    ['key>[1 TO 2]', 4, /range follows ':'/],
    ['key:[1 TO 2', 4, /never closed/],
    ['{a', 0, /'{' that begins here is never closed/],
    ['a }', 2, /'}' closes nothing/],
    ['> a', 0, /before '>'/],
    ['"never closed', 0, /never closed/],
    ['(a', 0, /'\(' that begins here is never closed/],
    ['a)', 1, /closes nothing/],
    ['a OR', 4, /it ends where/],
    ['OR a', 0, /before 'OR'/],
    ['key:', 4, /key:\* for "has key"/],
    ['key: b', 5, undefined],
    ['key:(a b', 4, /never closed/],
    ['key:(a > b)', 7, /only values can stand in the group/],
    ['key:(a }', 7, /only values/],
    ['key:(a | count', 7, /only values/],
    [`key:${'('.repeat(60)}`, 54, /nested/],
    [`key:(${'a '.repeat(250)})`, 403, /more than 200 terms/],
    ['"a b"~10', 5, /near one another/],
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

  test.each([
    ['| count', 'count by '],
    ['a | count() by (service, "my key")', 'count by service+my key'],
    ['a | count, p99.9(duration) by service', 'count+p99.9(duration)=0.999 by service'],
    ['a | rate by (http.route) | sort -rate | limit 5', 'rate by http.route | sort rate falling | limit 5'],
    ['a | top 10 http.route', 'top 10 http.route'],
    ['a | top key by max(duration)', 'top 10 key by max(duration)'],
    ['a | values key|limit 3', 'values key | limit 3'],
    ['a | count | timeseries 1m', 'count by  | timeseries 60000'],
    ['a|timeseries', 'timeseries auto'],
    ['a | count by (k) | where count>=5 | sort k desc', 'count by k | where count >= 5 | sort k falling'],
    ['a | avg(x) | where avg(x) > 250ms', 'avg(x) by  | where avg(x) > 250000000'],
  ])('reads the pipes of %s', (text, stages) => {
    const question = parseQuestion(text)
    expect('refused' in question ? question : question.stages.map(printStage).join(' | ')).toEqual(stages)
  })
})
