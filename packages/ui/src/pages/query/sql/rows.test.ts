import { Failure } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { printEstimate } from './cost-before.tsx'
import { isTraceId, sortValue, sqlWrong } from './rows.ts'
import { tablesIn } from './tables.ts'

test('64-bit integers, which come as text, sort as numbers, and what is none comes last', () => {
  const cells = ['9', '10', null, '1']
  const sorted = cells.toSorted((a, b) => Number(sortValue(b, 'UInt64')) - Number(sortValue(a, 'UInt64')))
  expect(sorted).toEqual(['10', '9', '1', null])
  expect(sortValue('9', 'String')).toBe('9')
})

test('an error of the engine is shown at its place', () => {
  const failure = new Failure('invalid_query', 400, 'Cannot run this SQL: Syntax error: failed at position 30 (spans)')
  expect(sqlWrong(failure)?.position).toBe(29)
  expect(sqlWrong(new Failure('invalid_query', 400, 'only SELECT is answered here'))?.position).toBeUndefined()
  expect(sqlWrong(new Failure('timeout', 503, 'too long'))).toBeUndefined()
})

test('a trace id is known by its column and its shape', () => {
  expect(isTraceId('trace', '4BF92F3577B34DA6A3CE929D0E0E4736')).toBe(true)
  expect(isTraceId('body', '4bf92f3577b34da6a3ce929d0e0e4736')).toBe(false)
  expect(isTraceId('trace', '4bf9')).toBe(false)
})

test('the tables of a text are those it names', () => {
  expect(tablesIn('SELECT * FROM Spans JOIN resources USING resource_id -- samples_x')).toEqual(['spans', 'resources'])
})

test('what a question would read is said by table', () => {
  const columns = ['database', 'table', 'parts', 'rows', 'marks'].map((name) => ({ name, type: 'String' }))
  const read = (table: string, rows: string) => ['default', table, '1', rows, '1']
  expect(printEstimate({ columns, rows: [read('logs', '1'), read('spans', '1000000'), read('spans', '200000')] })).toBe(
    'would read at most 1.2M rows of spans, 1 row of logs',
  )
  expect(printEstimate({ columns, rows: [] })).toBe('would read next to nothing')
})
