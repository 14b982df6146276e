import type { TableColumn } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { termsOf } from './figure-terms.ts'

const key = (name: string): TableColumn => ({ name, is: 'key', unit: '' })
const count: TableColumn = { name: 'count', is: 'figure', unit: '' }

test.each([
  [[key('service'), count], ['shop', 3], ['service:shop']],
  [
    [key('http.route'), key('user id')],
    ['/a b', ''],
    ['http.route:"/a b"', '-"user id":*'],
  ],
  [[count], [3], []],
])('the records behind a row of %j are those with the values of its keys', (columns, cells, terms) => {
  expect(termsOf(columns, cells)).toEqual(terms)
})
