import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mendLog, mendLogs, unlogged } from './deduplication-log.ts'

const logs = ['1\t20260105_7_7_0\ta\n1\t20260106_8_8_0\tb\n', '1\t20260105_9_9_0\tc\n']

test.each([
  ['behind the last line', ['20260105_9_9_0', '20260105_10_10_0'], logs, ['20260105_10_10_0']],
  ['of another day, sorted at its insertion', ['202601_11_11_1'], logs, ['202601_11_11_1']],
  ['with what a merge has made of it', ['20260105_7_9_1', '20260105_9_10_1'], logs, ['20260105_9_10_1']],
  ['not an old one, whose line is gone with the window', ['20260101_3_3_0', '20260105_1_6_1'], logs, []],
  ['not one being made', ['tmp_merge_20260105_10_10_0', 'detached'], logs, []],
  ['not what was there when the run began', ['20260105_4_4_0', '20260105_5_5_0'], [''], ['20260105_5_5_0']],
])('a part without a line is of a load that was not finished: %s', (_title, parts, texts, expected) => {
  expect(unlogged(parts, texts, 4)).toEqual(expected)
})

const line = (part: string): string => `1\t${part}\thash\n`

test.each([
  ['all is there', line('20260105_7_7_0') + line('20260105_8_8_0'), line('20260105_7_7_0') + line('20260105_8_8_0')],
  ['half a line', `${line('20260105_7_7_0')}1\t20260105_8`, line('20260105_7_7_0')],
  ['zeros at its end', `${line('20260105_7_7_0')}1\t20260105_8_8_0\tha\0\0\0\n`, line('20260105_7_7_0')],
  ['a part that never got its name', line('20260105_7_7_0') + line('20260105_9_9_0'), line('20260105_7_7_0')],
  ['a part of another day', line('20260106_7_7_0'), ''],
  ['of a run before this one', line('20260101_2_2_0'), line('20260101_2_2_0')],
])('a log is mended: %s', (_title, text, expected) => {
  expect(mendLog(text, ['20260105_7_8_1', '20260105_1_6_1'], 4)).toBe(expected)
})

test('a part is set aside beside one that had its name before: numbers of what is gone are given again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'wakeline-logs-'))
  await writeFile(join(directory, 'wakeline-insertions.json'), '{"table":2}')
  const names: string[][] = []
  for (let powerCut = 1; powerCut <= 3; powerCut += 1) {
    await mkdir(join(directory, 'table/20260105_3_3_0'), { recursive: true })
    await writeFile(join(directory, 'table/20260105_3_3_0/data.bin'), 'as good as any')
    await mendLogs(directory)
    names.push(await readdir(join(directory, 'table')))
  }
  expect(names).toEqual([['detached'], ['detached'], ['detached']])
  expect((await readdir(join(directory, 'table/detached'))).sort()).toEqual([
    'unlogged_20260105_3_3_0',
    'unlogged_20260105_3_3_0_try2',
    'unlogged_20260105_3_3_0_try3',
  ])
  await rm(directory, { recursive: true })
})
