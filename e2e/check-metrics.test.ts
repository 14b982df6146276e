import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand } from './server.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wakeline-check-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const cases: [string, string, string[], number, string][] = [
  [
    'a good exposition',
    '# HELP a_total All.\n# TYPE a_total counter\na_total 1\n',
    [],
    0,
    'ok: 1 samples of 1 families',
  ],
  ['one that could be better', 'a 1\n', [], 3, 'a no help text'],
  ['one that cannot be read', 'a 1\nb{ 1\n', [], 1, 'line 2: expected a label name, found "1"'],
  ['OpenMetrics without its end', 'a 1\n', ['--format', 'openmetrics'], 1, 'the last line must be "# EOF"'],
  ['a format nobody knows', 'a 1\n', ['--format', 'xml'], 2, 'Cannot read --format xml: it is text or openmetrics'],
]
test.each(cases)('check metrics: %s', async (_, text, flags, code, sentence) => {
  const path = join(folder, 'metrics')
  await writeFile(path, text)
  const ran = await runCommand(['check', 'metrics', path, ...flags])
  expect(ran.output).toContain(sentence)
  expect(ran.code).toBe(code)
})
