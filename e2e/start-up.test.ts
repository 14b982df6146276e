import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listen } from '../packages/sdk/src/testing/listen.ts'
import { runCommand, startServer } from './server.ts'

/** Each reason not to start is one clear sentence and a non-zero exit. */

let folder: string
let taken: Server
let takenPort: number

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wakeline-start-'))
  taken = createServer()
  takenPort = await listen(taken)
  await writeFile(join(folder, 'file'), '')
  await writeFile(join(folder, 'bad.yaml'), 'host: 127.0.0.1\nui-prot: 1\notlp-http-port: many\n')
})
afterAll(async () => {
  taken.close()
  await rm(folder, { recursive: true, force: true })
})

const ports = ['--ui-port', '--otlp-http-port', '--otlp-grpc-port']
const freePorts = ports.flatMap((port) => [port, '0'])

test.each(ports)('a taken %s is named, with the setting that changes it', async (flag) => {
  const others = ports.filter((port) => port !== flag).flatMap((port) => [port, '0'])
  const directory = join(folder, 'data')
  const { code, output } = await runCommand(['serve', '--directory', directory, flag, String(takenPort), ...others])
  expect(code).toBe(1)
  expect(sentences(output)).toEqual([expect.stringContaining(`127.0.0.1:${takenPort}`)])
  expect(output).toContain(flag)
})

test('a directory that cannot be made is named', async () => {
  const directory = join(folder, 'file/data')
  const { code, output } = await runCommand(['serve', '--directory', directory, ...freePorts])
  expect(code).toBe(1)
  expect(sentences(output)).toEqual([expect.stringContaining(directory)])
})

test('mistakes in the configuration are all said, with line and nearest name', async () => {
  const path = join(folder, 'bad.yaml')
  const { code, output } = await runCommand(['serve', '--config', path])
  expect(code).toBe(2)
  expect(sentences(output)).toEqual([
    `Cannot read ${path}:2: there is no option "ui-prot"; did you mean ui-port?`,
    `Cannot read otlp-http-port in ${path}:3: "many" is not a port from 0 to 65535.`,
  ])
})

describe('a second server on the same directory', () => {
  test('says so and stops, and the first lives on', async () => {
    const first = await startServer()
    try {
      const { code, output } = await runCommand(['serve', '--directory', first.directory, ...freePorts])
      expect(code).toBe(1)
      expect(sentences(output)).toEqual([expect.stringContaining(first.directory)])
      expect((await fetch(`${first.ui}/api/v1/status`)).status).toBe(200)
    } finally {
      await first.stop()
    }
  })
})

/** Structured lines, and what the engine's own library writes when its lock is taken, aside: what was said. */
function sentences(output: string): string[] {
  return output.split('\n').filter((line) => line !== '' && !/^(\{|Code: 76\.)/.test(line))
}

test('a server whose standard input is a file starts all the same', async () => {
  const input = await open(join(folder, 'bad.yaml'))
  const server = await startServer({ input: input.fd })
  await input.close()
  expect(await server.stop()).toBe(0)
})
