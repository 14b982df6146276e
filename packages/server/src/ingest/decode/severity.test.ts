import { expect, test } from 'vitest'
import { severityOfLevel, severityOfText } from './severity.ts'

test.each([
  ['INFO', 9],
  [' Warning ', 13],
  ['\u001b[31merror\u001b[39m', 17],
  ['ERROR2', 18],
  ['crit', 18],
  ['emerg', 21],
  ['W', 13],
  ['trace4', 4],
  ['loud', 0],
  ['constructor', 0],
  ['', 0],
])('the word %j has the severity %i', (text, number) => {
  expect(severityOfText(text)).toBe(number)
})

test.each([
  [10, 1],
  [20, 5],
  [30, 9],
  [35, 9],
  [40, 13],
  [50, 17],
  [60, 21],
  [0, 21],
  [3, 17],
  [6, 9],
  [7, 5],
  [8, 0],
  [2.5, 0],
  [-1, 0],
  [700, 0],
  [Number.NaN, 0],
])('the level %d has the severity %i', (level, number) => {
  expect(severityOfLevel(level)).toBe(number)
})
