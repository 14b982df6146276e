import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { defaultNotifyConfig } from '../alert/notifier/config/default-config.ts'
import type { NotifyConfig } from '../alert/notifier/config/notify-config.ts'
import { NotifyConfigFile } from './notify-config-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'wakeline-notify-'))
afterAll(() => rmSync(folder, { recursive: true }))

function watching(given: string) {
  const taken: NotifyConfig[] = []
  const reported: string[] = []
  const usual = defaultNotifyConfig(['http://127.0.0.1:9/hook'])
  const file = new NotifyConfigFile({
    path: given,
    usual,
    report: (sentence) => reported.push(sentence),
    taken: (config) => taken.push(config),
  })
  return { file, taken, reported, usual }
}

function written(text: string): string {
  const path = join(folder, 'am.yml')
  writeFileSync(path, text)
  return path
}

const right = 'route: { receiver: team }\nreceivers: [{ name: team }]\n'

test('a file that is named no longer gives way to what is usual, and is taken again when it is named again', async () => {
  const path = written(right)
  const { file, taken, usual } = watching(path)
  await file.look()
  file.path = ''
  await file.look()
  await file.look()
  expect(taken.map(({ route }) => route.receiver)).toEqual(['team', 'default'])
  expect(taken[1]).toBe(usual)
  expect(file.source).toEqual({ file: '', errors: [], leftOut: [] })
  file.path = path
  await file.look()
  expect(taken.at(-1)?.route.receiver).toBe('team')
  await file.stop()
})

test('mistakes are told once with their place, and forgotten with the file', async () => {
  const { file, taken, reported } = watching(written('route: { receiver: nobody }\nreceivers: [{ name: team }]\n'))
  await file.look()
  await file.look()
  expect(reported).toEqual([expect.stringMatching(/am\.yml:1:\d+: .*nobody/)])
  expect(taken).toEqual([])
  file.path = ''
  await file.look()
  expect(file.source.errors).toEqual([])
  await file.stop()
})

test('without a file from the beginning nothing is taken', async () => {
  const { file, taken } = watching('')
  await file.look()
  expect(taken).toEqual([])
  await file.stop()
})
