import { describe, expect, test } from 'vitest'
import { compileRegex } from './regex.ts'

describe('compileRegex', () => {
  test.each([
    ['a|b', ['a', 'b'], ['ab', 'xa']],
    ['a.c', ['abc', 'a\nc'], ['ac']],
    ['(?i)api-\\d+', ['API-7', 'api-12'], ['api-']],
    ['x(?i:Y)z', ['xYz', 'xyz'], ['Xyz', 'xyZ']],
    ['((?i)ab)c', ['ABc', 'abc'], ['ABC']],
    ['(?P<port>\\d+)', ['80'], ['a']],
    ['[[:alpha:]_]+', ['a_B'], ['a1']],
    ['(?i)[a-c]+', ['aBC'], ['d']],
    ['\\Qa.b\\E.*', ['a.b!'], ['axb']],
    ['\\pL+', ['äß'], ['1']],
    ['a{2}', ['aa'], ['a{2}']],
    ['a{x}', ['a{x}'], ['a']],
    ['a{2,3}?b+?', ['aab', 'aaabb'], ['ab']],
    ['(a|b)*(?:c)?', ['', 'abac'], ['cc']],
    ['/path-1_2', ['/path-1_2'], ['path']],
    ['\\x{1F600}', ['😀'], ['x']],
    ['.[^a]\\D', ['😀😀😀', 'bcd'], ['😀😀', '😀']],
    ['[😀-😎]+', ['😃'], ['x']],
  ])('%s matches whole values', (pattern, matching, others) => {
    const regex = compileRegex(pattern)
    if ('error' in regex) throw new Error(regex.error)
    expect(matching.filter((value) => !regex.test(value))).toEqual([])
    expect(others.filter((value) => regex.test(value))).toEqual([])
  })

  test.each([
    ['a(', 'missing closing ): `a(`'],
    ['a)', 'unexpected ): `a)`'],
    ['[a', 'missing closing ]: `[a`'],
    ['a|*b', 'missing argument to repetition operator: `*`'],
    ['a**', 'invalid nested repetition operator: `**`'],
    ['a{2}{3}', 'invalid nested repetition operator: `{2}{3}`'],
    ['a{3,2}', 'invalid repeat count: `{3,2}`'],
    ['a{1001}', 'invalid repeat count: `{1001}`'],
    ['[b-a]', 'invalid character class range: `b-a`'],
    ['(?=a)', 'invalid or unsupported Perl syntax: `(?=`'],
    ['(?P<1>a)', 'invalid named capture: `(?P<1>`'],
    ['\\8', 'invalid escape sequence: `\\8`'],
    ['a\\', 'trailing backslash at end of expression: ``'],
  ])('%s is refused as Go does', (pattern, error) => {
    expect(compileRegex(pattern)).toEqual({ error })
  })
})
