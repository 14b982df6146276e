import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServicesAnswer, StatusAnswer } from '@wakeline/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCrashSender } from './crash-sender.ts'
import { type RunningServer, runCommand, startServer } from './server.ts'

let folder: string
let server: RunningServer
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wakeline-backup-'))
  server = await startServer({ directory: at('data') })
})

afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})

const backup = (to: string, ...more: string[]) => runCommand(['backup', at(to), '--directory', at('data'), ...more])
const restore = (from: string, to: string) => runCommand(['restore', at(from), '--directory', at(to)])
/** Rows of spans, log records and metrics: how many rows the rollups have depends on what is merged yet. */
const storedIn = async (of: RunningServer): Promise<number[]> => {
  const { store } = await of.ask<StatusAnswer>('/status')
  return store.kept.filter(({ name }) => name !== 'rollups').map(({ rows }) => rows)
}
const countedIn = async (of: RunningServer) => {
  const { services } = await of.ask<ServicesAnswer>(`/services?from=${Date.now() - 3_600_000}&to=${Date.now()}`)
  return services.map(({ service, requests, errors, logs }) => ({ service, requests, errors, logs }))
}

test('a store is backed up under load, again with what is new, and restored with every row that was acknowledged', async () => {
  const sender = startCrashSender(server.otlpHttp, 0)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  const before = { ...sender.acknowledged }
  expect(await backup('first')).toMatchObject({ code: 0, output: expect.stringContaining('Backed up to') })
  expect(sender.acknowledged.spans).toBeGreaterThan(before.spans)
  await sender.stop()

  const second = await backup('second', '--since', at('first'))
  expect(second).toMatchObject({ code: 0 })
  expect(Number(/(\d+) shared with the earlier backup/.exec(second.output)?.[1])).toBeGreaterThan(0)
  expect(await restore('first', 'old')).toMatchObject({ code: 0, output: expect.stringContaining('has its rows') })
  expect(await restore('second', 'new')).toMatchObject({ code: 0 })

  const old = await startServer({ directory: at('old') })
  const [spans = 0, logs = 0] = await storedIn(old)
  await old.stop()
  expect(spans).toBeGreaterThanOrEqual(before.spans)
  expect(logs).toBeGreaterThanOrEqual(before.logs)

  const restored = await startServer({ directory: at('new') })
  expect(await storedIn(restored)).toEqual(await storedIn(server))
  expect((await storedIn(restored)).slice(0, 2)).toEqual([sender.acknowledged.spans, sender.acknowledged.logs])
  expect(await countedIn(restored)).toEqual(await countedIn(server))
  expect(await countedIn(restored)).toContainEqual(expect.objectContaining({ logs: sender.acknowledged.logs }))
  await restored.stop()
  // Nobody serves it now: the command opens the store itself.
  expect(await runCommand(['backup', at('third'), '--directory', at('new')])).toMatchObject({ code: 0 })
})

test.each([
  ['a folder that holds something', () => backup('data'), 'it is not empty, and nothing is overwritten'],
  ['no folder', () => runCommand(['backup']), 'Cannot backup: name the folder'],
  [
    'a directory without a store',
    () => runCommand(['backup', at('x'), '--directory', at('none')]),
    'there is no store in it',
  ],
  ['an earlier backup that is none', () => backup('y', '--since', at('data')), 'it is not a whole backup'],
  ['over a store', () => restore('first', 'data'), 'nothing is overwritten'],
  ['from what is not a backup', () => restore('data', 'z'), 'it is not a whole backup'],
])('backup or restore says why it will not: %s', async (_title, run, sentence) => {
  const { code, output } = await run()
  expect(output).toContain(sentence)
  expect(code).not.toBe(0)
})
