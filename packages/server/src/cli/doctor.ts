import { randomBytes } from 'node:crypto'
import { access, constants, mkdtemp, rm, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { StatusAnswer, TraceAnswer } from '@wakeline/protocol'
import { urlFromHere } from '../base/listen-on.ts'
import { startServer } from '../main.ts'
import { flagName, type Options } from '../options.ts'
import { readOptions } from './read-options.ts'

/**
 * `wakeline doctor`: what a server needs, tried one by one. While a server runs at the address given, it is that one
 * which is asked, through its API; otherwise a small one is started in a temporary folder.
 */

const diskFreeMinBytes = 1024 ** 3
const roundTripTimeoutMs = 20_000

/** What was found, as the end of a line; throws a sentence when it is not well. */
type Check = { name: string; run: () => Promise<string> }

export async function runDoctor(argv: readonly string[], version: string): Promise<number> {
  const read = readOptions({ argv, env: process.env })
  if ('errors' in read) {
    for (const error of read.errors) console.error(error)
    return 2
  }
  const { options } = read
  const running = await askStatus(options)
  const checks = running ? checksOfRunning(options, running) : checksOfMachine(options, version)
  let failed = 0
  for (const { name, run } of checks) {
    try {
      console.log(`ok      ${name.padEnd(12)} ${await run()}`)
    } catch (error) {
      failed++
      console.log(`FAILED  ${name.padEnd(12)} ${error instanceof Error ? error.message : error}`)
    }
  }
  return failed === 0 ? 0 : 1
}

function checksOfRunning(options: Options, status: StatusAnswer): Check[] {
  const { store, endpoints } = status
  return [
    { name: 'server', run: async () => `${status.version} is running at ${endpoints.ui}` },
    { name: 'platform', run: async () => describePlatform() },
    { name: 'engine', run: async () => `ClickHouse ${store.engineVersion}, ${store.driver}` },
    { name: 'disk', run: async () => describeDisk(store.diskFreeBytes, options.directory) },
    { name: 'round trip', run: () => roundTrip(endpoints.ui, endpoints.otlpHttp, options.token) },
  ]
}

function checksOfMachine(options: Options, version: string): Check[] {
  return [
    { name: 'platform', run: async () => describePlatform() },
    { name: 'ui port', run: () => checkPort(options, 'uiPort') },
    { name: 'otlp http port', run: () => checkPort(options, 'otlpHttpPort') },
    { name: 'otlp grpc port', run: () => checkPort(options, 'otlpGrpcPort') },
    { name: 'disk', run: () => checkDisk(options.directory) },
    { name: 'engine', run: () => tryEngine(options, version) },
  ]
}

function describePlatform(): string {
  return `Node ${process.versions.node}, ${process.platform} ${process.arch}`
}

async function checkPort(options: Options, name: 'uiPort' | 'otlpHttpPort' | 'otlpGrpcPort'): Promise<string> {
  const port = options[name]
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', () =>
      reject(
        new Error(`Cannot listen on ${options.host}:${port}: it is taken; choose another with --${flagName(name)}`),
      ),
    )
    server.listen(port, options.host, resolve)
  })
  await new Promise((resolve) => server.close(resolve))
  return port === 0 ? 'any free one' : `${options.host}:${port} is free`
}

/** Of the nearest folder that exists: the data directory itself is made by the first start. */
async function checkDisk(directory: string): Promise<string> {
  let folder = resolve(directory)
  for (;;) {
    const missing = await access(folder, constants.W_OK | constants.X_OK).then(
      () => false,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' && dirname(folder) !== folder) return true
        throw new Error(`Cannot write to ${folder}: ${error.message}; choose another folder with --directory`)
      },
    )
    if (!missing) break
    folder = dirname(folder)
  }
  const { bavail, bsize } = await statfs(folder)
  return describeDisk(bavail * bsize, directory)
}

function describeDisk(freeBytes: number, directory: string): string {
  const free = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB are free for ${resolve(directory)}`
  if (freeBytes < diskFreeMinBytes)
    throw new Error(`Cannot keep much: ${free}; make room, or choose another --directory`)
  return free
}

async function tryEngine(options: Options, version: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'wakeline-doctor-'))
  const own = { ...options, host: '127.0.0.1', uiPort: 0, otlpHttpPort: 0, otlpGrpcPort: 0, token: '', directory }
  try {
    const server = await startServer({ options: own, version, nowUnixMs: Date.now, report: () => {} })
    try {
      const status = await askStatus({ ...own, uiPort: Number(new URL(server.ui).port) })
      const trip = await roundTrip(server.ui, server.otlpHttp, '')
      return `ClickHouse ${status?.store.engineVersion}, embedded; ${trip}`
    } finally {
      await server.stop()
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function askStatus({ host, uiPort, token }: Options): Promise<StatusAnswer | undefined> {
  if (uiPort === 0) return undefined
  const response = await fetch(`${urlFromHere({ host, port: uiPort })}/api/v1/status`, {
    headers: authorization(token),
    signal: AbortSignal.timeout(3000),
  }).catch(() => undefined)
  if (!response?.ok) return undefined
  const status: StatusAnswer = JSON.parse(await response.text())
  return status
}

function authorization(token: string): Record<string, string> {
  return token ? { authorization: `Bearer ${token}` } : {}
}

/** Sends one span and asks for its trace until it comes back. */
async function roundTrip(ui: string, otlpHttp: string, token: string): Promise<string> {
  const startMs = performance.now()
  const traceId = randomBytes(16).toString('hex')
  const sent = await fetch(`${otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization(token) },
    body: JSON.stringify(doctorSpan(traceId)),
  })
  if (!sent.ok) throw new Error(`Cannot send a span: the server answered ${sent.status}: ${await sent.text()}`)
  while (performance.now() - startMs < roundTripTimeoutMs) {
    const response = await fetch(`${ui}/api/v1/traces/${traceId}`, { headers: authorization(token) })
    const answer: TraceAnswer | undefined = response.ok ? JSON.parse(await response.text()) : undefined
    if (answer?.spans[0]?.name === 'round trip')
      return `round trip of a span in and out took ${Math.round(performance.now() - startMs)} ms`
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`Cannot find a span that was stored: it was not there ${roundTripTimeoutMs} ms after it was sent`)
}

function doctorSpan(traceId: string): object {
  const nowNano = BigInt(Date.now()) * 1_000_000n
  const span = {
    traceId,
    spanId: randomBytes(8).toString('hex'),
    name: 'round trip',
    kind: 1,
    startTimeUnixNano: String(nowNano - 1_000_000n),
    endTimeUnixNano: String(nowNano),
  }
  const attributes = [{ key: 'service.name', value: { stringValue: 'wakeline-doctor' } }]
  return { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [span] }] }] }
}
