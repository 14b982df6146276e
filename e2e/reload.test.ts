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

test('targets are scraped from then on, and a mistake among them leaves them as they are', async () => {
  const targets = async () => (await fetch(`${server.ui}/prometheus/api/v1/targets`)).text()
  const scrape = `scrape_configs: [{ job_name: itself, static_configs: [{ targets: ['${new URL(server.ui).host}'] }] }]\n`
  await reload(scrape, '"changed":["scrape-config"')
  expect(await eventually(targets, (text) => text.includes('itself'))).toContain('"job":"itself"')
  const line = `Cannot read ${config}:1: there is no \\"job_nam\\" in a scrape config.`
  const output = await reload(scrape.replace('job_name', 'job_nam'), line)
  expect(output).toContain('The targets stay as they are. Cannot read')
  expect(output).toContain(line)
  expect(await targets()).toContain('"job":"itself"')
})
