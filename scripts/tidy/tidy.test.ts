import { expect, test } from 'vitest'
import { countAll } from './counts.ts'
import { checkDocComments } from './documents.ts'
import { checkCycles, checkLayers, checkUnusedExports } from './imports.ts'
import { parseSource } from './read-sources.ts'
import { findLongFunctions } from './size.ts'
import { checkWords } from './words.ts'

test.each<[string, string, string[]]>([
  ['packages/server/src/query/x.ts', `import '../store/store.ts'`, []],
  [
    'packages/server/src/query/x.ts',
    `import '../store/embedded.ts'`,
    ['query may see only store.ts and tables.ts of store'],
  ],
  ['packages/server/src/query/x.ts', `import type { A } from '../api/api.ts'`, ['query may not import api']],
  ['packages/server/src/query/x.test.ts', `import '../api/api.ts'`, []],
  ['packages/server/src/main.ts', `import './store/embedded.ts'`, []],
  ['packages/analysis/src/x.ts', `import 'node:fs'`, ['analysis does no I/O']],
  ['packages/ui/src/chart/x.ts', `import 'node:fs'`, ['ui chart runs in a browser']],
  ['packages/sdk/src/x.ts', `import '../../server/src/main.ts'`, ['sdk may not import main']],
])('%s with %s gives %j', (path, text, sentences) => {
  const findings = checkLayers([parseSource(path, text)])
  expect(findings).toHaveLength(sentences.length)
  for (const [index, sentence] of sentences.entries()) expect(findings[index]?.sentence).toContain(sentence)
})

test.each([
  ['a run-time cycle', '', 1],
  ['a cycle of types', 'type ', 0],
])('%s is found only when it runs', (_what, type, findings) => {
  const a = parseSource('packages/server/src/options.ts', `import './main.ts'`)
  const b = parseSource('packages/server/src/main.ts', `import ${type}{ a } from './options.ts'`)
  expect(checkCycles([a, b])).toHaveLength(findings)
})

test('a function that only its own file uses is not exported, unless it is taken by name, whole or in passing', () => {
  const text = 'export const a = 1\nexport const b = a\nexport type C = 1'
  const source = parseSource('packages/server/src/options.ts', text)
  const found = (importing: string): string[] =>
    checkUnusedExports([source, parseSource('packages/server/src/x.test.ts', importing)]).map(
      ({ sentence }) => sentence,
    )
  expect(found(`import { b } from './options.ts'`)).toEqual(['nobody imports a: it need not be exported'])
  for (const whole of [`import * as all from`, `export * from`]) expect(found(`${whole} './options.ts'`)).toEqual([])
  expect(found(`type All = typeof import('./options.ts')`)).toEqual([])
})

test('what weakens the compiler is counted, "as const" is not', () => {
  const source = parseSource(
    'x.ts',
    'const a = [1] as const\nlet b: any = a as unknown\n// biome-ignore lint: why\nb!.c',
  )
  expect(countAll([source], 0)).toEqual({ any: 1, as: 1, nonNull: 1, disabledLint: 1, longFunctions: 0 })
})

test.each<[string, string, string[]]>([
  ['x.ts', 'const userManager = 1', ['userManager']],
  ['x.ts', 'function load(tags) { return tags }', ['tags']],
  ['x.ts', 'const advantage = 1, fielding = 2, management = 3', []],
  ['packages/server/src/ingest/decode/x.ts', 'const tag = 1, field = 2', []],
  ['packages/sdk/src/x.ts', 'type Row = { field: string }', ['field']],
  ['x.ts', 'const x = { common: 1 }; x.common', []],
])('%s: %s refuses the names %j', (path, text, names) => {
  const findings = checkWords([parseSource(path, text)], [])
  expect(findings.map(({ sentence }) => /^"(\w+)"/.exec(sentence)?.[1])).toEqual(names)
})

test('a function of 71 lines is long, one of 70 is not, and tests are let off', () => {
  const text = (lines: number): string => `function f() {${'\n'.repeat(lines - 1)}}`
  expect(findLongFunctions([parseSource('x.ts', text(71))])).toHaveLength(1)
  expect(findLongFunctions([parseSource('x.ts', text(70))])).toEqual([])
  expect(findLongFunctions([parseSource('x.test.ts', text(71))])).toEqual([])
})

test('an export of a seam without a comment is found, through the index too', () => {
  const index = parseSource(
    'packages/sdk/src/index.ts',
    `/** Said. */\nexport const a = 1\nexport { b, c } from './b.ts'`,
  )
  const b = parseSource(
    'packages/sdk/src/b.ts',
    'export const b = 1\n/** Said. */\nexport const c = 1\nexport const d = 1',
  )
  expect(checkDocComments([index, b]).map(({ sentence }) => sentence)).toEqual(['b: no doc comment'])
})
