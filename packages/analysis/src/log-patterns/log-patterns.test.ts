import { expect, test } from 'vitest'
import { LogPatterns, patternOf, printPattern } from './log-patterns.ts'
import { maskValues } from './masks.ts'

test.each([
  ['connection from 10.0.0.7:5400 at Mon Jun 4 14:21:45 2005', 'connection from <*> at <*>'],
  ['GET https://shop.example/cart?id=7 took 12ms', 'GET <*> took <*>'],
  ['order 3f2a91c0-0b5e-4d6f-8a1b-123456789abc paid', 'order <*> paid'],
  ['wrote /var/lib/data/part-7.bin at 0x7ffe12', 'wrote <*> at <*>'],
  ['1293 bytes (1.26 KB) sent, lifetime <1 sec', '<*> bytes sent, lifetime <*>'],
  ['nothing to mask here', 'nothing to mask here'],
])('values are masked in %s', (line, masked) => {
  expect(maskValues(line)).toBe(masked)
})

/** Lines, and what their patterns are in the end. */
test.each<[string, string[], string[]]>([
  [
    'words that differ become a wildcard',
    ['session of user root was opened by the daemon itself', 'session of user news was opened by the daemon itself'],
    ['session of user <*> was opened by the daemon itself'],
  ],
  ['short lines that differ stay apart', ['cache hit', 'cache miss'], ['cache hit', 'cache miss']],
  [
    'lists of any length are one value',
    ['delete blk_1 blk_2', 'delete blk_7', 'delete blk_4 blk_5 blk_6'],
    ['delete blk_<*>'],
  ],
  [
    'the key of a value stays',
    ['auth failed for uid=0 tty=ssh rhost=alpha', 'auth failed for uid=1 tty=ssh rhost=beta'],
    ['auth failed for uid=<*> tty=ssh rhost=<*>'],
  ],
  [
    'with a further word it is another pattern',
    ['auth failed rhost=alpha', 'auth failed rhost=alpha user=root'],
    ['auth failed rhost=alpha', 'auth failed rhost=alpha user=root'],
  ],
])('%s', (_, lines, expected) => {
  const patterns = new LogPatterns()
  for (const line of lines) patterns.add(line)
  expect(patterns.patterns().map(printPattern)).toEqual(expected)
})

test('patterns that become the same are merged, and counted together from then on', () => {
  const patterns = new LogPatterns()
  const begin = 'one two three four five six to'
  const lines = [`${begin} 7`, `${begin} alpha 7`, `${begin} beta 7`, `${begin} gamma 8`]
  const met = lines.map((line) => patterns.add(line))
  expect(patterns.merged).toBe(1)
  expect(new Set(met.map(patternOf)).size).toBe(1)
  expect(patterns.patterns().map(({ lines: count }) => count)).toEqual([lines.length])
})

test('a pattern keeps its id while it becomes more general', () => {
  const patterns = new LogPatterns()
  const first = patterns.add('payment of customer alpha was declined by bank')
  const id = first.id
  expect(patterns.add('payment of customer beta was declined by bank').id).toBe(id)
  expect(new LogPatterns().add('payment of customer alpha was declined by bank').id).toBe(id)
})

test('no more patterns are kept than there is room for, and what was not met for longest goes', () => {
  const patterns = new LogPatterns({ patternsMax: 3 })
  for (const word of ['one', 'two', 'three', 'one', 'four']) patterns.add(`${word} thing`)
  expect(patterns.patterns().map(printPattern)).toEqual(['three thing', 'one thing', 'four thing'])
  expect(patterns.forgotten).toBe(1)
})
