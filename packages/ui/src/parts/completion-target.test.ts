import { expect, test } from 'vitest'
import { quoteSearch } from './attribute-text.ts'
import { complete, completionTarget, stagesThatBegin } from './completion-target.ts'

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

// Bars are pipes here, so the caret is drawn as ^.
test.each([
  ['level:error | ^', { pipe: 'stage', prefix: '' }],
  ['level:error | cou^', { pipe: 'stage', prefix: 'cou' }],
  ['| avg(a), ^', { pipe: 'stage', prefix: '' }],
  ['| count by (ser^', { pipe: 'key', prefix: 'ser' }],
  ['| count by (service, le^', { pipe: 'key', prefix: 'le' }],
  ['| top 10 http.^', { pipe: 'key', prefix: 'http.' }],
  ['| values ^', { pipe: 'key', prefix: '' }],
  ['| count ^', undefined],
  ['| where count>^', undefined],
])('at the caret of %s the pipe or its key is known', (drawn, target) => {
  const found = completionTarget(drawn.replace('^', ''), drawn.indexOf('^'))
  expect(found && { pipe: found.pipe, prefix: found.prefix }).toEqual(target)
})

test.each([
  ['a | cou^', 'count by (', 'a | count by (^'],
  ['| count by (ser^vi)', 'service', '| count by (service^)'],
  ['| top 10 ^', 'odd key', '| top 10 "odd key"^'],
])('completing the pipe %s with %s gives %s', (drawn, chosen, expected) => {
  const text = drawn.replace('^', '')
  const target = completionTarget(text, drawn.indexOf('^'))
  if (target === undefined) throw new Error('no target')
  const done = complete(text, target, chosen, quoteSearch)
  expect(`${done.text.slice(0, done.caret)}^${done.text.slice(done.caret)}`).toBe(expected)
})

test('pipes are offered by how they begin', () => {
  expect(stagesThatBegin('s').map(({ text }) => text)).toEqual(['sum(', 'sort -count'])
})
