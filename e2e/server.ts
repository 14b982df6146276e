import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listen } from '../packages/sdk/src/testing/listen.ts'

/** A real, built server on free ports with its data in a folder of its own, as users start it. */

export const root = join(import.meta.dirname, '..')
export const command = join(root, 'packages/server/bin/wakeline.js')

export type ServerOptions = {
  flags?: readonly string[]
  env?: Readonly<Record<string, string>>
  /** Left out: a new one, removed at the end. */
  directory?: string
  /** A file that is its standard input. */
  input?: number
}

export type RunningServer = {
  ui: string
  otlpHttp: string
  otlpGrpc: string
  directory: string
  child: ChildProcess
  /** What it has written to stdout and stderr so far. */
  output: () => string
  /** GET of the API, parsed; throws on any status but 200. */
  ask: <Answer>(path: string) => Promise<Answer>
  stop: (signal?: NodeJS.Signals) => Promise<number>
}

type Ready = { ui: string; otlpHttp: string; otlpGrpc: string; directory: string; token: string }

const readyTimeoutMs = 60_000

export async function startServer({
  flags = [],
  env = {},
  directory,
  input,
}: ServerOptions = {}): Promise<RunningServer> {
  const folder = directory ?? (await mkdtemp(join(tmpdir(), 'wakeline-e2e-')))
  const ports = ['--ui-port', '0', '--otlp-http-port', '0', '--otlp-grpc-port', '0']
  const child = fork(command, ['serve', '--directory', folder, ...ports, ...flags], {
    env: { ...cleanEnv(), ...env },
    execArgv: [],
    stdio: [input ?? 'ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  const exited = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)))
  const ready = await waitReady(child, exited, () => output)
  return {
    ...ready,
    child,
    output: () => output,
    ask: (path) => ask(ready.ui, path, ready.token),
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      const code = await exited
      if (directory === undefined) await rm(folder, { recursive: true, force: true })
      return code
    },
  }
}

function waitReady(child: ChildProcess, exited: Promise<number>, output: () => string): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`The server was not ready within ${readyTimeoutMs} ms: ${output()}`))
    }, readyTimeoutMs)
    child.on('message', (message: { ready?: Ready }) => {
      if (!message.ready) return
      clearTimeout(late)
      resolve(message.ready)
    })
    exited.then((code) => {
      clearTimeout(late)
      reject(new Error(`The server ended with exit code ${code}: ${output()}`))
    })
  })
}

async function ask<Answer>(ui: string, path: string, token: string): Promise<Answer> {
  const headers = token ? { authorization: `Bearer ${token}` } : {}
  const response = await fetch(`${ui}/api/v1${path}`, { headers })
  const text = await response.text()
  if (!response.ok) throw new Error(`GET ${path} gave ${response.status}: ${text}`)
  return JSON.parse(text)
}

/** Runs `wakeline` to its end. */
export function runCommand(
  argv: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  return runNode([command, ...argv], { env })
}

export function runNode(
  argv: readonly string[],
  { env = {}, cwd = root }: { env?: Record<string, string>; cwd?: string },
): Promise<{ code: number; output: string }> {
  const [path = '', ...rest] = argv
  const child = fork(path, rest, {
    cwd,
    env: { ...cleanEnv(), ...env },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code: code ?? -1, output })))
}

/** What the person running the tests has set for a server or a sender of their own stays out. */
export function cleanEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(WAKELINE_(?!CHROMIUM)|OTEL_|VITEST|NODE_OPTIONS)/.test(name)),
  )
}

/** Asks until `done` says so, and gives the last answer either way: the assertion is the caller's. */
export async function eventually<Answer>(
  ask: () => Promise<Answer>,
  done: (answer: Answer) => boolean,
  timeoutMs = 20_000,
  everyMs = 100,
): Promise<Answer> {
  const endMs = Date.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (done(answer) || Date.now() > endMs) return answer
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

/** `from` and `to` around now, for questions. */
export function lastMinutes(minutes = 10): string {
  const now = Date.now()
  return `from=${now - minutes * 60_000}&to=${now + 60_000}`
}

/** For a program that cannot be told to take any. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  const port = await listen(probe)
  await once(probe.close(), 'close')
  return port
}
