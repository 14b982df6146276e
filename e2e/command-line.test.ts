import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drawTrace, sendTraces } from './drawn-telemetry.ts'
import { command, eventually, type RunningServer, runCommand, startServer } from './server.ts'

/** Asking from a terminal, with the built command and a real server. */

let server: RunningServer
const trace = drawTrace(
  `shop  GET /cart  server  :|==========|
   stock GET /items client! :  |======|`,
  Date.now() - 1000,
)
beforeAll(async () => {
  server = await startServer()
  await sendTraces(server.otlpHttp, [trace])
  await eventually(
    () => server.ask<{ traces: unknown[] }>('/traces'),
    ({ traces }) => traces.length === 1,
  )
  await eventually(
    () => server.ask<{ records: unknown[] }>('/logs'),
    ({ records }) => records.length === 2,
  )
})
afterAll(() => server.stop())

const wakeline = (...words: string[]) => runCommand([...words, '--url', server.ui])

test('a trace is listed, and drawn', async () => {
  expect((await wakeline('traces', 'service:shop')).output).toContain(trace.traceId)
  const { code, output } = await wakeline('trace', trace.traceId)
  expect([code, output]).toEqual([
    0,
    expect.stringMatching(/GET \/cart \(shop\).*█[\s\S]*GET \/items \(stock\).*error/),
  ])
})

test('pipes make figures, of logs and of spans', async () => {
  expect((await wakeline('logs', 'service:stock | count by (service)')).output).toMatch(/^service +count\nstock +\d+/)
  const { output } = await wakeline('traces', '--json', '| count by (service)')
  expect(output).toContain('"service":')
})

test('logs come as lines, and as JSON with the resource', async () => {
  expect((await wakeline('logs', 'service:stock')).output).toMatch(/ stock /)
  const { output } = await wakeline('logs', '--json', 'service:stock')
  expect(JSON.parse(output.trim())).toMatchObject({ service: 'stock', resource: { 'service.name': 'stock' } })
})

test('PromQL is answered', async () => {
  expect(await wakeline('query', '1 + 1')).toEqual({ code: 0, output: '2\n' })
})

test.each([
  [['logs', 'level>='], 1, /Cannot read this search/],
  [['query', 'sum('], 1, /unclosed left parenthesis/],
  [['trace', 'f'.repeat(32)], 1, /no span of it is stored/],
  [['logs', '--limt', '3'], 2, /did you mean --limit\?/],
])('%j ends with what is wrong', async (words, code, sentence) => {
  expect(await wakeline(...words)).toEqual({ code, output: expect.stringMatching(sentence) })
})

test('a server that is away is said, and how to find another', async () => {
  const { code, output } = await runCommand(['logs', '--url', 'http://127.0.0.1:1'])
  expect([code, output]).toEqual([1, expect.stringMatching(/Cannot reach a Wakeline server at .*--url/)])
})

test('following prints what there was and what arrives, each once, until it is interrupted', async () => {
  const following: ChildProcess = spawn(process.execPath, [command, 'logs', '--follow', '--json', '--url', server.ui])
  let output = ''
  following.stdout?.on('data', (chunk) => (output += chunk))
  const ended = new Promise<number | null>((resolve) => following.once('exit', resolve))
  const lines = () => output.split('\n').filter((line) => line !== '')
  await eventually(
    async () => lines(),
    (printed) => printed.length >= 2,
  )
  await sendTraces(server.otlpHttp, [drawTrace('late GET /late server :|==|', Date.now())])
  await eventually(
    async () => output,
    (printed) => printed.includes('"late"'),
  )
  following.kill('SIGINT')
  expect(await ended).toBe(0)
  expect(output).toContain('"late"')
  expect(new Set(lines()).size).toBe(lines().length)
})

test("check notify tells the mistakes of an Alertmanager's file with their place, and what is left aside", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wakeline-check-'))
  const check = (text: string) => {
    const path = join(folder, 'am.yml')
    writeFileSync(path, text)
    return runCommand(['check', 'notify', path])
  }
  const receivers = "receivers: [{ name: team, webhook_configs: [{ url: 'http://127.0.0.1:9/hook' }] }]\n"
  try {
    expect(await check(`route: { receiver: nobody }\n${receivers}`)).toEqual({
      code: 1,
      output: expect.stringMatching(/am\.yml:1:\d+: .*nobody/),
    })
    const { code, output } = await check(`route: { receiver: team }\n${receivers}templates: [x.tmpl]\n`)
    expect([code, output]).toEqual([0, expect.stringMatching(/"templates" are left aside/)])
    expect(output).toMatch(/ok: .*am\.yml: 1 receivers that tell in 1 ways/)
  } finally {
    rmSync(folder, { recursive: true })
  }
  expect(await runCommand(['check', 'notify'])).toMatchObject({
    code: 2,
    output: expect.stringContaining('name files'),
  })
})
