import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StatusAnswer } from '@wakeline/protocol'
import { span, traces } from './protobuf.ts'
import { eventually, type RunningServer, startServer } from './server.ts'

/**
 * `npm run e2e -- overload`: what a receiver has to bear at once (connections that say nothing, clients that send a byte
 * a second, half a request, one huge body, thousands of tiny ones) while a sender of good requests goes on. Each of its
 * requests is answered, everything acknowledged is stored once, and memory stays within its limit.
 */
export type OverloadOptions = { connections: number; tinyRequests: number; slowClients: number; requestTimeout: string }
export type Counts = Record<string, number>

const residentMaxBytes = 1200 * 1024 * 1024
const answerMaxMs = 5000

export async function runOverload(options: OverloadOptions): Promise<Counts> {
  const { connections, tinyRequests, slowClients, requestTimeout } = options
  const folder = await mkdtemp(join(tmpdir(), 'wakeline-overload-'))
  const server = await startServer({
    directory: folder,
    flags: ['--request-timeout', requestTimeout, '--body-size-max', '8MiB'],
  })
  const sockets: Socket[] = []
  const counts: Counts = { wrong: 0 }
  try {
    const port = Number(new URL(server.otlpHttp).port)
    counts['idleConnections'] = await openIdle(port, connections, sockets)
    counts['halfRequests'] = await openHalf(port, slowClients, sockets)
    const steady = startSteady(server)
    counts['hugeRefused'] = await sendHuge(server)
    counts['tinyAcknowledged'] = await sendTiny(server, tinyRequests)
    counts['slowEnded'] = await slowEnded(port, slowClients)
    const { sent, answered, slowestMs } = await steady()
    Object.assign(counts, { steadySent: sent, steadyAnswered: answered, slowestAnswerMs: Math.round(slowestMs) })
    const status = await settled(server, answered + (counts['tinyAcknowledged'] ?? 0))
    Object.assign(counts, {
      stored: status.ingest.spans.loaded,
      residentMiB: Math.round(status.residentBytes / 1024 / 1024),
    })
    counts['wrong'] = judge(counts, options, status)
    return counts
  } finally {
    for (const socket of sockets) socket.destroy()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

function judge(
  counts: Counts,
  { connections, tinyRequests, slowClients }: OverloadOptions,
  status: StatusAnswer,
): number {
  const acknowledged = (counts['steadyAnswered'] ?? 0) + (counts['tinyAcknowledged'] ?? 0)
  const holds: Readonly<Record<string, boolean>> = {
    'idle connections are kept': (counts['idleConnections'] ?? 0) >= connections,
    'half requests are let in': (counts['halfRequests'] ?? 0) === slowClients,
    'slow clients are hung up on': (counts['slowEnded'] ?? 0) === slowClients,
    'the huge body is refused': counts['hugeRefused'] === 413,
    'tiny requests are stored': (counts['tinyAcknowledged'] ?? 0) === tinyRequests,
    'good requests are answered': counts['steadySent'] === counts['steadyAnswered'],
    'and soon': (counts['slowestAnswerMs'] ?? 0) < answerMaxMs,
    'what is acknowledged is stored, once': status.ingest.spans.loaded === acknowledged,
    'memory stays within its limit': status.residentBytes < residentMaxBytes,
  }
  for (const [what, isSo] of Object.entries(holds)) if (!isSo) console.error(`Not so: ${what}`)
  return Object.values(holds).filter((isSo) => !isSo).length
}

/** Connected, and never heard of again. */
async function openIdle(port: number, count: number, sockets: Socket[]): Promise<number> {
  let open = 0
  for (let at = 0; at < count; at += 200)
    await Promise.all(
      Array.from({ length: Math.min(200, count - at) }, () =>
        opened(port, sockets).then(
          () => (open += 1),
          () => {},
        ),
      ),
    )
  return open
}

/** Headers and the beginning of a body. */
async function openHalf(port: number, count: number, sockets: Socket[]): Promise<number> {
  const all = await Promise.all(Array.from({ length: count }, () => opened(port, sockets)))
  for (const socket of all) socket.write(headersOf(1_000_000) + 'x'.repeat(1000))
  return all.length
}

const headersOf = (length: number): string =>
  `POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-protobuf\r\nContent-Length: ${length}\r\n\r\n`

function opened(port: number, sockets: Socket[]): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    socket.once('connect', () => resolve(socket)).once('error', reject)
    socket.on('error', () => {})
  })
}

/** A byte a second, until the server has had enough. */
async function slowEnded(port: number, count: number): Promise<number> {
  const ended = Array.from({ length: count }, async () => {
    const own: Socket[] = []
    const socket = await opened(port, own)
    socket.write(headersOf(1000))
    const drip = setInterval(() => socket.write('x'), 1000)
    const isEnded = await new Promise<boolean>((resolve) => {
      const late = setTimeout(() => resolve(false), 60_000)
      socket.once('close', () => {
        clearTimeout(late)
        resolve(true)
      })
      socket.resume()
    })
    clearInterval(drip)
    socket.destroy()
    return isEnded
  })
  return (await Promise.all(ended)).filter(Boolean).length
}

type Sent = { status: number; tookMs: number }

function send(server: RunningServer, body: Uint8Array, agent: Agent): Promise<Sent> {
  const startedMs = performance.now()
  const { hostname, port } = new URL(server.otlpHttp)
  const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length }
  return new Promise((resolve) => {
    const done = (status: number): void => resolve({ status, tookMs: performance.now() - startedMs })
    const sending = request({ hostname, port, path: '/v1/traces', method: 'POST', headers, agent }, (response) => {
      response.resume().once('end', () => done(response.statusCode ?? 0))
    })
    sending.once('error', () => done(0)).end(body)
  })
}

async function sendHuge(server: RunningServer): Promise<number> {
  const agent = new Agent()
  const { status } = await send(server, randomBytes(9 * 1024 * 1024), agent)
  agent.destroy()
  return status
}

async function sendTiny(server: RunningServer, count: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 200 })
  let acknowledged = 0
  let left = count
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      const body = traces('overload', [span({ name: 'tiny' })])
      for (let isDone = false; !isDone; ) {
        const { status } = await send(server, body, agent)
        isDone = status === 200
        if (!isDone) await new Promise((resolve) => setTimeout(resolve, 100))
      }
      acknowledged += 1
    }
  }
  await Promise.all(Array.from({ length: 200 }, work))
  agent.destroy()
  return acknowledged
}

/** One good request after another, all the time; answers a function that ends it. */
function startSteady(server: RunningServer): () => Promise<{ sent: number; answered: number; slowestMs: number }> {
  const agent = new Agent({ keepAlive: true })
  const outcome = { sent: 0, answered: 0, slowestMs: 0 }
  let isOver = false
  const running = (async () => {
    while (!isOver) {
      outcome.sent += 1
      const { status, tookMs } = await send(server, traces('overload', [span({ name: 'steady' })]), agent)
      if (status === 200) outcome.answered += 1
      outcome.slowestMs = Math.max(outcome.slowestMs, tookMs)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })()
  return async () => {
    isOver = true
    await running
    agent.destroy()
    return outcome
  }
}

function settled(server: RunningServer, spans: number): Promise<StatusAnswer> {
  return eventually(
    () => server.ask<StatusAnswer>('/status'),
    ({ ingest }) => ingest.spans.loaded >= spans && ingest.waitingSegments === 0,
    30_000,
  )
}
