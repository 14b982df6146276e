import { expect, test } from 'vitest'
import { severityOfPlain } from './severity-of-body.ts'

test.each([
  ['2026-01-01 12:00:00 ERROR payment failed', 17],
  ['[warn] disk is slow', 13],
  ['<Error> x', 17],
  ['error: no such file', 17],
  ['fail: Shop.Orders[0]', 17],
  ['Fail over is done', 0],
  ['dbug: value=1', 5],
  ['trce: enter', 1],
  ['err 00019: something went wrong', 17],
  ['Warning: deprecated', 13],
  ['time=12:00 level=debug msg=x', 5],
  ['E0131 12:00:00.123456 1 main.go:1] x', 17],
  ['I0131 12:00:00.123456 1 main.go:1] ERROR in name only', 9],
  ['FATAL: the database system is starting up', 21],
  ['there were no errors in 3 tries', 0],
  ['this is a trace through logic', 0],
  ['Forewarn systems check passed', 0],
  ['x-amz-id-2 : abc123/COuECrITmh', 0],
  ['', 0],
])('%s is %i', (text, severity) => {
  expect(severityOfPlain(text)).toBe(severity)
})
