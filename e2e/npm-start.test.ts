import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServicesAnswer, TracesAnswer } from '@wakeline/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cleanEnv, eventually, root } from './server.ts'
import { shopServices } from './shop.ts'

/** `npm start` as it is on a clone that is installed already: one URL, four services, a clean end, data kept. */

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wakeline-npm-start-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

type Started = { url: string; output: () => string; stop: () => Promise<number> }

function start(flags: readonly string[]): Promise<Started> {
  const argv = [
    'scripts/start.mjs',
    ...flags,
    '--directory',
    directory,
    '--ui-port',
    '0',
    '--otlp-http-port',
    '0',
    '--otlp-grpc-port',
    '0',
  ]
  const child: ChildProcess = spawn(process.execPath, argv, {
    cwd: root,
    env: cleanEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const exited = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)))
  const stop = (): Promise<number> => {
    child.kill('SIGINT')
    return exited
  }
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk
        const url = /^ {2}(http:\/\/\S+)$/m.exec(output)?.[1]
        if (url) resolve({ url, output: () => output, stop })
      })
    }
    exited.then((code) => reject(new Error(`npm start ended with exit code ${code}: ${output}`)))
  })
}

async function ask<Answer>(url: string, path: string): Promise<Answer> {
  return JSON.parse(await (await fetch(`${url}/api/v1${path}`)).text())
}

/** The root ends last and comes in a batch of its own: until then a trace has another span on top. */
function isWholeCheckout({ services, rootService, rootName }: TracesAnswer['traces'][number]): boolean {
  return services.length === shopServices.length && rootService === 'storefront' && rootName === 'POST /checkout'
}

test('npm start shows four services with traces that cross all of them, and the next start keeps the data', async () => {
  const from = Date.now() - 1000
  const range = (): string => `from=${from}&to=${Date.now() + 60_000}`
  const first = await start([])
  const { traces } = await eventually(
    () => ask<TracesAnswer>(first.url, `/traces?q=${encodeURIComponent('service:payments')}&${range()}`),
    (answer) => answer.traces.some(isWholeCheckout),
    60_000,
  )
  const crossing = traces.find(isWholeCheckout)
  expect(crossing?.services.map(({ service }) => service).sort()).toEqual([...shopServices].sort())
  expect(await first.stop()).toBe(0)

  const second = await start(['--no-demo'])
  expect(second.output()).not.toContain('demo shop')
  const { services } = await ask<ServicesAnswer>(second.url, `/services?${range()}`)
  expect(services.map(({ service }) => service).sort()).toEqual([...shopServices].sort())
  expect(await second.stop()).toBe(0)
})
