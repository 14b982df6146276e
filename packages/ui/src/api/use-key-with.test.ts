import { expect, test } from 'vitest'
import { attributesAmong, keyWith, soleWord } from './use-key-with.ts'

test.each([
  ['4b274544', '4b274544'],
  [' "user-42" ', 'user-42'],
  ['card declined', ''],
  ['order.id:4711', ''],
  ['declin*', ''],
  ['', ''],
])('the search %j is the word %j', (q, word) => {
  expect(soleWord(q)).toBe(word)
})

test('a word is looked for in attributes that were sent, and told by the key that has it', () => {
  const items = [
    { text: 'service', count: 0 },
    { text: 'resource.host.name', count: 9 },
    { text: 'order.id', count: 8 },
    { text: 'user', count: 7 },
  ]
  expect(attributesAmong(items)).toEqual(['order.id', 'user'])
  expect(keyWith({ user: 'u1', 'order.id': { int: '4711' } }, '4711')).toBe('order.id')
  expect(keyWith({ user: 'u1' }, '4711')).toBeUndefined()
})
