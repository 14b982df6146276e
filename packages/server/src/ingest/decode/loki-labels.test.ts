import { expect, test } from 'vitest'
import { parseLokiLabels } from './loki-labels.ts'

test.each([
  ['{}', {}],
  ['{app="shop", level="info"}', { app: 'shop', level: 'info' }],
  [' { a = "1" , b="2", } ', { a: '1', b: '2' }],
  [String.raw`{a="q\" b\\ n\n u\u00e9 U\U0001F600 x\x41"}`, { a: 'q" b\\ n\n ué U😀 xA' }],
  [
    '{a=`raw\\n`,__proto__="x"}',
    Object.fromEntries([
      ['a', 'raw\\n'],
      ['__proto__', 'x'],
    ]),
  ],
])('the labels %s are read', (text, labels) => {
  expect(parseLokiLabels(text)).toEqual(labels)
})

test.each([
  '',
  'app="shop"',
  '{app}',
  '{app=shop}',
  '{app="shop}',
  '{="x"}',
  '{a="1" b="2"}',
  `{a="${'\\'.repeat(10_000)}`,
])('%j is not labels', (text) => {
  expect(parseLokiLabels(text)).toContain('expected labels')
})
