import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, type RunningServer, startServer } from './server.ts'

/** SIGHUP reads the configuration again: what can change does, for the rest a line says what it needs. */

let folder: string
let config: string
let server: RunningServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wakeline-reload-'))
  config = join(folder, 'wakeline.yaml')
  await writeFile(config, 'query-rows-max: 1000\n')
  server = await startServer({ flags: ['--config', config] })
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

async function reload(text: string, line: string): Promise<string> {
  await writeFile(config, text)
  server.child.kill('SIGHUP')
  return eventually(
    async () => server.output(),
    (output) => output.includes(line),
    5000,
  )
}

test('a limit of questions is taken over', async () => {
  expect(await reload('query-rows-max: 2000\n', '"changed"')).toContain('"changed":["query-rows-max"]')
})

test('an option that needs a restart is named', async () => {
  const line = 'These options need a restart: host, attributes-max.'
  expect(await reload('query-rows-max: 2000\nattributes-max: 7\nhost: localhost\n', line)).toContain(line)
})

test('a mistake changes nothing and is said', async () => {
  const line = `Cannot read ${config}:1: there is no option \\"query-rows-maxx\\"; did you mean query-rows-max?`
  expect(await reload('query-rows-maxx: 3\n', line)).toContain(line)
  expect(server.child.exitCode).toBeNull()
})
