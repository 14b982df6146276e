import { expect, test } from 'vitest'
import { unlogged } from './deduplication-log.ts'

const log = ['1\t20260105_7_7_0\ta\n1\t20260106_8_8_0\tb\n', '1\t20260105_9_9_0\tc\n1\t2026']

test.each([
  ['a part behind the last line of the log', ['20260105_9_9_0', '20260105_10_10_0'], log, ['20260105_10_10_0']],
  ['of another day, and sorted at its insertion', ['202601_11_11_1'], log, ['202601_11_11_1']],
  ['not an old one, whose line is gone with the window', ['20260101_3_3_0', '20260105_1_6_1'], log, []],
  [
    'not one that was merged or rewritten',
    ['20260105_9_10_1', '20260105_10_10_0_12', 'tmp_merge_20260105_10_10_0'],
    log,
    [],
  ],
  ['not what was there when the run began', ['20260105_4_4_0', '20260105_5_5_0'], [''], ['20260105_5_5_0']],
])('a part without a line is of a load that was not finished: %s', (_title, parts, logs, expected) => {
  expect(unlogged(parts, logs, 4)).toEqual(expected)
})
