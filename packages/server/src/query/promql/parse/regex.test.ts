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

  test.each(['(', 'a)', '[a', '*a', '(?=a)', '\\8', 'a\\'])('%s is refused', (pattern) => {
    expect(compileRegex(pattern)).toHaveProperty('error')
  })
})
