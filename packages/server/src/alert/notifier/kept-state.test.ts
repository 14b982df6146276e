import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseMatchers } from '../matchers/parse-matchers.ts'
import { idleNotifying } from './idle-notifier.case.ts'
import { KeptState } from './kept-state.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wakeline-kept-'))
})
afterAll(() => rm(directory, { recursive: true }))

const nowMs = Date.UTC(2026, 0, 5)
const minuteMs = 60_000

function open(path: string, atMs = nowMs) {
  const reported: string[] = []
  const { notifier } = idleNotifying(() => atMs)
  const kept = new KeptState(path, { notifier, nowUnixMs: () => atMs, report: (text) => void reported.push(text) })
  return { kept, notifier: notifier(), reported }
}

test('silences and alerts outlive the process; what fired gets time to be told of again', async () => {
  const path = join(directory, 'notifier.json')
  const before = open(path)
  const matchers = parseMatchers('a=~"b|c"')
  if ('error' in matchers) throw new Error(matchers.error)
  const times = { startsAtMs: nowMs, endsAtMs: nowMs + 90 * minuteMs }
  before.notifier.silences.set({ id: '', matchers, ...times, createdBy: 'me', comment: 'x' }, nowMs)
  const alert = {
    labels: {},
    annotations: {},
    startsAtMs: nowMs - minuteMs,
    updatedAtMs: nowMs,
    generatorUrl: '',
    isEndGuessed: false,
  }
  before.notifier.put([
    { ...alert, fingerprint: '1', endsAtMs: nowMs + minuteMs },
    { ...alert, fingerprint: '2', endsAtMs: nowMs - 1 },
  ])
  expect(await before.kept.write()).toBe('')
  const laterMs = nowMs + 60 * minuteMs
  const after = open(path, laterMs)
  await after.kept.load()
  expect(after.notifier.silences.activeFor({ a: 'c' }, laterMs)).toMatchObject([{ createdBy: 'me' }])
  expect(after.notifier.silences.activeFor({ a: 'd' }, laterMs)).toEqual([])
  expect(after.notifier.alerts().map(({ endsAtMs }) => endsAtMs)).toEqual([laterMs + 5 * minuteMs, nowMs - 1])
})

test('a file that cannot be read is put aside and told of; one that is not there is nothing', async () => {
  const path = join(directory, 'torn.json')
  const { kept, reported } = open(path)
  await kept.load()
  expect(reported).toEqual([])
  await writeFile(path, '{"version":1,')
  await kept.load()
  expect(reported).toEqual([expect.stringContaining('torn.json.unreadable: silences and what was told are forgotten')])
  expect(await readFile(`${path}.unreadable`, 'utf8')).toBe('{"version":1,')
})
