import { describe, expect, test } from 'vitest'
import { randomOf } from '../../../../../protocol/src/random.case.ts'
import type { Expression } from './ast.ts'
import type { ParseError } from './failure.ts'
import { defaultParseOptions } from './options.ts'
import { parseExpression, parseSelector } from './parse.ts'
import { printExpression } from './print.ts'

function expressionOf(text: string): Expression {
  const parsed = parseExpression(text)
  if (parsed.kind === 'parse-error') throw new Error(parsed.sentence)
  return parsed
}

function errorOf(parsed: Expression | ParseError): string {
  return parsed.kind === 'parse-error' ? parsed.sentence : 'none'
}

/** The expression with every operation in parentheses. */
function grouped(expression: Expression): string {
  if (expression.kind === 'binary')
    return `(${grouped(expression.left)} ${expression.operator} ${grouped(expression.right)})`
  if (expression.kind === 'unary') return `(${expression.operator}${grouped(expression.expression)})`
  return printExpression(expression)
}

describe('parseExpression', () => {
  test.each([
    ['a + b * c ^ d ^ e', '(a + (b * (c ^ (d ^ e))))'],
    ['a - b - c', '((a - b) - c)'],
    ['-a ^ 2 * b', '((-(a ^ 2)) * b)'],
    ['a and b or c unless d', '((a and b) or (c unless d))'],
    ['a == b + 1 and c >/ 2', '((a == (b + 1)) and (c >/ 2))'],
    ['a offset 5 + 2', '(a offset 5s + 2)'],
    ['sum + by', '(sum + by)'],
  ])('groups %s', (text, wanted) => {
    expect(grouped(expressionOf(text))).toBe(wanted)
  })

  test.each([
    ['SUM BY (job) (rate(x_total[300] OFFSET 1h30m))', 'sum by (job) (rate(x_total[5m] offset 1h30m))'],
    ["{'a.b', 'c d'=~`\\d+`, e!=\"\"}", '{"c d"=~"\\\\d+",__name__="a.b",e!=""}'],
    ['x{a="\\u00fc\\x41\\101"}', 'x{a="üAA"}'],
    ['a[1h:] @ start() offset -5m', 'a[1h:] @ start() offset -5m'],
    ['a / on () group_left b', 'a / on () group_left () b'],
    ['0x1F + 1_000 + 010 + .5e1 + 1h', '31 + 1000 + 8 + 5 + 1h'],
    ['quantile without (le) (0.9, x) @ 1.5', undefined],
    ['topk(2, a) # the two largest\n  or b', 'topk(2, a) or b'],
    ['a offset --(5) + b offset 0', 'a offset 5s + b'],
    ['a[((1h)) + ((step() - 1m))]', 'a[1h + (step() - 1m)]'],
    ['sum by (a:b) (x)', 'sum by ("a:b") (x)'],
    ['a * ignoring () group_left () 2', 'a * 2'],
  ])('prints %s', (text, wanted) => {
    const parsed = parseExpression(text)
    if (wanted === undefined) expect(parsed.kind).toBe('parse-error')
    else if (parsed.kind === 'parse-error') throw new Error(parsed.sentence)
    else expect(printExpression(parsed)).toBe(wanted)
  })

  test.each([
    ['a +\n  sum(b', '2:8: parse error: unclosed left parenthesis'],
    ['rate(a)', '1:6: parse error: expected type range vector in call to function "rate", got instant vector'],
    ['a{b=~"("}', '1:3: parse error: error parsing regexp: missing closing ): `(`'],
    ['(1))', "1:5: parse error: unexpected right parenthesis ')'"],
    ['1 + 1e999', '1:5: parse error: error parsing number: strconv.ParseFloat: parsing "1e999": value out of range'],
    [
      'topk(2, a, b)',
      '1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 3',
    ],
    ['a[5m] offset 1m offset 2m', '1:1: parse error: offset may not be set multiple times'],
    ['label_join(a, "b")', '1:1: parse error: expected at least 3 argument(s) in call to "label_join", got 2'],
    ['a ! b', "1:3: parse error: unexpected character after '!': ' '"],
    ['"a\nb"', '1:1: parse error: unterminated quoted string'],
    ['', 'unknown position: parse error: no expression found in input'],
    ['sum(rate(a[5m]) b)', '1:17: parse error: unexpected identifier "b" in aggregation'],
    ['sum a', '1:5: parse error: unexpected identifier "a"'],
    ['sum(a) by (1)', '1:12: parse error: unexpected number "1" in grouping opts, expected label'],
    ['sum by ("") (a)', '1:9: parse error: invalid label name for grouping: ""'],
    ['a + on (b) group_left', '1:22: parse error: unexpected end of input in grouping opts, expected "("'],
    ['clamp(a,, 1)', '1:8: parse error: trailing commas not allowed in function call args'],
    ['clamp(a, ?)', "1:10: parse error: unexpected character: '?'"],
    [
      'a{b"a long value"}',
      '1:4: parse error: unexpected string "\\"a long va"... in label matching, expected label matching operator',
    ],
    ['1 == 2', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
    [
      'a offset b',
      '1:10: parse error: unexpected identifier "b" in offset, expected number, duration, step(), or range()',
    ],
    [
      'a[5m:(]',
      '1:7: parse error: unexpected "]" in subquery selector, expected number, duration, step(), range(), or "]"',
    ],
    ['a[(', '1:4: parse error: unexpected end of input in duration expression'],
    ['a[1h/0]', '1:5: parse error: division by zero'],
    ['1e5e5', '1:1: parse error: bad number or duration syntax: "1e5e"'],
    ['0.0.0', '1:1: parse error: error parsing number: strconv.ParseFloat: parsing "0.0.0": invalid syntax'],
    ['Step()', '1:1: parse error: unknown function with name "Step"'],
    ['a start', '1:3: parse error: unexpected "start"'],
    ['a fill', '1:3: parse error: unexpected identifier "fill"'],
    ['a @ 1e20', '1:1: parse error: timestamp out of bounds for @ modifier: 100000000000000000000.000000'],
  ])('refuses %s', (text, sentence) => {
    expect(errorOf(parseExpression(text))).toBe(sentence)
  })

  test.each([
    ['experimentalFunctions', 'mad_over_time(a[5m])'],
    ['durationExpressions', 'a[2 * step()]'],
    ['extendedSelectors', 'rate(a[5m] smoothed)'],
    ['fillModifiers', 'a + fill(0) b'],
  ] as const)('without the option %s refuses what it is for', (option, text) => {
    expect(errorOf(parseExpression(text))).toBe('none')
    expect(errorOf(parseExpression(text, { ...defaultParseOptions, [option]: false }))).toContain('not enabled')
  })

  test('ends where an expression is nested too deep', () => {
    expect(errorOf(parseExpression('('.repeat(10_000)))).toContain('nested deeper than 500 levels')
    expect(errorOf(parseExpression('-'.repeat(10_000)))).toContain('nested deeper than 500 levels')
    expect(errorOf(parseExpression(`a[${'('.repeat(10_000)}`))).toContain('nested deeper than')
    expect(errorOf(parseExpression(`a[${'-'.repeat(10_000)}`))).toContain('nested deeper than')
    expect(errorOf(parseExpression('a + '.repeat(10_000)))).toContain('more than 1000 operators in a row')
  })
})

describe('parseSelector', () => {
  test('takes a selector alone', () => {
    expect(errorOf(parseSelector('up{job="api"}'))).toBe('none')
    expect(errorOf(parseSelector('up + 1'))).toBe('1:4: parse error: unexpected <op:+>')
    expect(errorOf(parseSelector('up offset 1m'))).toBe('1:4: parse error: unexpected <offset>')
    expect(errorOf(parseSelector('1'))).toBe('1:1: parse error: unexpected number "1"')
    expect(errorOf(parseSelector(''))).toBe('unknown position: parse error: unexpected end of input')
  })
})

describe('any text', () => {
  const words =
    'a sum by without ( ) { } [ ] , 5m 1.5 0x1f : + - * / % ^ == =~ !~ != bool on ignoring group_left offset @ start() ' +
    'step() and or unless "s" \'q\' `r` rate topk fill( anchored smoothed NaN # \n Inf atan2 </ >/ = ! é \ud800'
  test('is read, and then prints and reads back the same, or is refused with a position inside it', () => {
    const seed = 20_261_122
    const { below: random } = randomOf(seed)
    const pieces = words.split(' ')
    const shape = (value: unknown): string =>
      JSON.stringify(value, (key, each: unknown) =>
        key === 'position' ? undefined : typeof each === 'number' ? String(each) : each,
      )
    for (let i = 0; i < 3000; i++) {
      const text = Array.from({ length: 1 + random(8) }, () => pieces[random(pieces.length)]).join(
        random(2) === 0 ? ' ' : '',
      )
      const about = `seed ${seed}, text ${i}: ${JSON.stringify(text)}`
      const parsed = parseExpression(text)
      if (parsed.kind === 'parse-error') expect(parsed.position.start, about).toBeLessThanOrEqual(text.length)
      else expect(shape(parseExpression(printExpression(parsed))), about).toBe(shape(parsed))
    }
  })
})
