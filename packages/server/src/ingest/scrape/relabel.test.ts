import { expect, test } from 'vitest'
import { compileRelabelRegex, type RelabelRule, relabel } from './relabel.ts'

function rule(given: Partial<Omit<RelabelRule, 'regex'>> & { pattern?: string }): RelabelRule {
  const { pattern = '(.*)', ...rest } = given
  const regex = compileRelabelRegex(pattern)
  if (typeof regex === 'string') throw new Error(regex)
  const defaults = { action: 'replace', sourceLabels: [], separator: ';', targetLabel: '', replacement: '$1' } as const
  return { ...defaults, modulus: 0n, regex, ...rest }
}

// Inputs and outcomes of Prometheus' own model/relabel/relabel_test.go.
const abc = { a: 'foo', b: 'bar', c: 'baz' }
const cases: [string, Record<string, string>, RelabelRule[], Record<string, string> | undefined][] = [
  [
    'replace with a group',
    abc,
    [rule({ sourceLabels: ['a'], pattern: 'f(.*)', targetLabel: 'd', replacement: `ch\${1}-ch\${1}` })],
    { ...abc, d: 'choo-choo' },
  ],
  [
    'replace from two labels into its own source',
    abc,
    [
      rule({ sourceLabels: ['a', 'b'], pattern: 'f(.*);(.*)r', targetLabel: 'a', replacement: `b\${1}\${2}m` }),
      rule({ sourceLabels: ['c', 'a'], pattern: '(b).*b(.*)ba(.*)', targetLabel: 'd', replacement: '$1$2$2$3' }),
    ],
    { ...abc, a: 'boobam', d: 'boooom' },
  ],
  [
    'drop, and what follows is not reached',
    { a: 'foo' },
    [rule({ sourceLabels: ['a'], pattern: '.*o.*', action: 'drop' }), rule({ targetLabel: 'd', replacement: 'x' })],
    undefined,
  ],
  [
    'drop that does not match',
    { a: 'foo' },
    [rule({ sourceLabels: ['a'], pattern: 'f', action: 'drop' })],
    { a: 'foo' },
  ],
  ['keep that matches', { a: 'foo' }, [rule({ sourceLabels: ['a'], pattern: 'f.*', action: 'keep' })], { a: 'foo' }],
  ['keep that does not', { a: 'foo' }, [rule({ sourceLabels: ['a'], pattern: 'no', action: 'keep' })], undefined],
  [
    'replace whose target is made of what was found',
    { a: 'some-name-value' },
    [rule({ sourceLabels: ['a'], pattern: 'some-([^-]+)-([^,]+)', targetLabel: `\${1}`, replacement: `\${2}` })],
    { a: 'some-name-value', name: 'value' },
  ],
  [
    'an empty replacement removes',
    { a: 'x', d: 'y' },
    [rule({ sourceLabels: ['a'], targetLabel: 'd', replacement: '' })],
    { a: 'x' },
  ],
  ['a replacement of nothing sets', {}, [rule({ targetLabel: 'd', replacement: 'v' })], { d: 'v' }],
  [
    'hashmod',
    abc,
    [rule({ sourceLabels: ['c'], action: 'hashmod', targetLabel: 'd', modulus: 1000n })],
    { ...abc, d: '976' },
  ],
  [
    'hashmod of a text with line ends',
    { a: 'foo\nbar' },
    [rule({ sourceLabels: ['a'], action: 'hashmod', targetLabel: 'b', modulus: 1000n })],
    { a: 'foo\nbar', b: '734' },
  ],
  [
    'labelmap',
    { a: 'foo', b1: 'bar', b2: 'baz' },
    [rule({ action: 'labelmap', pattern: '(b.*)', replacement: `bar_\${1}` })],
    { a: 'foo', b1: 'bar', b2: 'baz', bar_b1: 'bar', bar_b2: 'baz' },
  ],
  ['labeldrop', { a: 'foo', b1: 'bar', b2: 'baz' }, [rule({ action: 'labeldrop', pattern: '(b.*)' })], { a: 'foo' }],
  [
    'labelkeep',
    { a: 'foo', b1: 'bar', b2: 'baz' },
    [rule({ action: 'labelkeep', pattern: '(b.*)' })],
    { b1: 'bar', b2: 'baz' },
  ],
  [
    'lowercase',
    { a: 'BaR' },
    [rule({ sourceLabels: ['a'], action: 'lowercase', targetLabel: 'b' })],
    { a: 'BaR', b: 'bar' },
  ],
  [
    'uppercase',
    { a: 'BaR' },
    [rule({ sourceLabels: ['a'], action: 'uppercase', targetLabel: 'b' })],
    { a: 'BaR', b: 'BAR' },
  ],
  [
    'keepequal',
    { p: '1234', c: '1234' },
    [rule({ sourceLabels: ['p'], action: 'keepequal', targetLabel: 'c' })],
    { p: '1234', c: '1234' },
  ],
  [
    'keepequal of others',
    { p: '1234', c: '1' },
    [rule({ sourceLabels: ['p'], action: 'keepequal', targetLabel: 'c' })],
    undefined,
  ],
  [
    'dropequal',
    { p: '1234', c: '1234' },
    [rule({ sourceLabels: ['p'], action: 'dropequal', targetLabel: 'c' })],
    undefined,
  ],
  [
    'a name runs as far as it can, a dollar twice is one',
    { a: 'x' },
    [rule({ sourceLabels: ['a'], targetLabel: 'b', replacement: `$1y|\${1}y|$$` })],
    { a: 'x', b: '|xy|$' },
  ],
]

test.each(cases)('%s', (_, labels, rules, expected) => {
  const changed = new Map(Object.entries(labels))
  const isKept = relabel(changed, rules)
  expect(isKept ? Object.fromEntries(changed) : undefined).toEqual(expected)
})
