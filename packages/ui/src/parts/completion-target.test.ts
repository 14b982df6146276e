import { expect, test } from 'vitest'
import { quoteSearch } from './attribute-text.ts'
import { complete, completionTarget } from './completion-target.ts'

// The caret is drawn as |.
test.each([
  ['|', { prefix: '' }],
  ['serv|', { prefix: 'serv' }],
  ['level>=warn (http.ro|', { prefix: 'http.ro' }],
  ['-htt|', { prefix: 'htt' }],
  ['service:|', { key: 'service', prefix: '' }],
  ['-service:che|', { key: 'service', prefix: 'che' }],
  ['level>=wa|', { key: 'level', prefix: 'wa' }],
  ['http.route:"/cart/:i|', { key: 'http.route', prefix: '/cart/:i' }],
  ['service:(che|', { key: 'service', prefix: 'che' }],
  ['service:(web OR "a b" -che|', { key: 'service', prefix: 'che' }],
  ['service:-(|', { key: 'service', prefix: '' }],
  ['code:(>=40|', { key: 'code', prefix: '40' }],
  ['service:(web "check|', { key: 'service', prefix: 'check' }],
  ['service:(web) na|', { prefix: 'na' }],
  ['(service:web OR na|', { prefix: 'na' }],
  ['"card decl|', undefined],
  ['"card declined" na|', { prefix: 'na' }],
])('at the caret of %s the target is known', (drawn, target) => {
  const caret = drawn.indexOf('|')
  const found = completionTarget(drawn.replace('|', ''), caret)
  expect(found && { ...(found.key === undefined ? {} : { key: found.key }), prefix: found.prefix }).toEqual(target)
})

test.each([
  ['serv|', 'service', 'service:|'],
  ['x (ser|vi:cart) y', 'service', 'x (service:|cart) y'],
  ['service:ca|rt level:warn', 'cart', 'service:cart |level:warn'],
  ['name:GE|', 'GET /a b', 'name:"GET /a b" |'],
  ['service:(web ca|r) x', 'cart', 'service:(web cart |) x'],
  ['name:"GET /|a b" x', 'GET /a b', 'name:"GET /a b" |x'],
])('completing %s with %s gives %s', (drawn, chosen, expected) => {
  const caret = drawn.indexOf('|')
  const text = drawn.replace('|', '')
  const target = completionTarget(text, caret)
  if (target === undefined) throw new Error('no target')
  const done = complete(text, target, chosen, quoteSearch)
  expect(`${done.text.slice(0, done.caret)}|${done.text.slice(done.caret)}`).toBe(expected)
})
