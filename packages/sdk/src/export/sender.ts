import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { Socket } from 'node:net'
import { lengthOfAll } from './signal-buffer.ts'

/** What became of one export request. */
export type SendResult =
  /** `isBodySent`: nothing of the request's body waits any more. A server may answer before it has read all of it. */
  | { kind: 'accepted'; body: Buffer; isBodySent: boolean }
  | { kind: 'retry'; why: string; afterMs: number | undefined }
  | { kind: 'refused'; why: string }

/** Paths of PEM files: whom to trust, and what to show. */
export interface TlsFiles {
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

export interface Request {
  readonly url: string
  readonly headers: Record<string, string>
  /** In parts, sent one after the other. */
  readonly body: readonly Uint8Array[]
  readonly timeoutMs: number
  readonly tls?: TlsFiles | undefined
}

export interface Sender {
  send(request: Request): Promise<SendResult>
  /** True while the program waits for a flush: only then may a socket keep the process alive. */
  hold(held: boolean): void
  stop(): void
}

const answerMaxBytes = 65_536
const retriable = new Set([408, 429, 502, 503, 504])

/** Export over HTTP or HTTPS with kept-alive connections that never keep the process alive. */
export function openSender(nowUnixMs: () => number): Sender {
  const sockets = new Set<Socket>()
  const agents = new Map<string, import('node:http').Agent>()
  let held = false

  const clientFor = (url: URL, files: TlsFiles = {}) => {
    const library =
      url.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')
    // Signals with the same files share connections.
    const name = [url.protocol, files.ca, files.cert, files.key].join()
    let agent = agents.get(name)
    if (agent === undefined) {
      const tls = Object.entries(files).flatMap(([name, path]) =>
        path === undefined ? [] : [[name, process.getBuiltinModule('node:fs').readFileSync(path)]],
      )
      agent = new library.Agent({ keepAlive: true, maxSockets: 6, timeout: 30_000, ...Object.fromEntries(tls) })
      agents.set(name, agent)
    }
    return { library, agent }
  }

  const track = (request: ClientRequest) => {
    request.on('socket', (socket) => {
      sockets.add(socket)
      if (held) socket.ref()
      else socket.unref()
      request.once('close', () => {
        sockets.delete(socket)
        if (!socket.destroyed) socket.unref()
      })
    })
  }

  return {
    send: (request) =>
      new Promise((resolve) => {
        const url = new URL(request.url)
        const { library, agent } = clientFor(url, request.tls)
        let isBodySent = false
        const options: RequestOptions = {
          agent,
          method: 'POST',
          headers: { ...request.headers, 'content-length': lengthOfAll(request.body) },
        }
        const outgoing = library.request(url, options, (incoming) =>
          readAnswer(incoming, () => isBodySent, nowUnixMs, resolve),
        )
        track(outgoing)
        const deadline = setTimeout(
          () => outgoing.destroy(new Error(`no answer within ${request.timeoutMs} ms`)),
          request.timeoutMs,
        )
        deadline.unref()
        outgoing.on('error', (error) => resolve({ kind: 'retry', why: errorText(error), afterMs: undefined }))
        outgoing.on('close', () => clearTimeout(deadline))
        outgoing.on('finish', () => {
          isBodySent = true
        })
        outgoing.cork()
        for (const part of request.body) outgoing.write(part)
        outgoing.end()
      }),
    hold: (next) => {
      held = next
      for (const socket of sockets) {
        if (held) socket.ref()
        else socket.unref()
      }
    },
    stop: () => {
      for (const agent of agents.values()) agent.destroy()
    },
  }
}

/** An AggregateError (one per address tried) has an empty message: its code says more. */
function errorText(error: Error & { code?: string }): string {
  return error.message || error.code || error.name
}

function readAnswer(
  incoming: IncomingMessage,
  isBodySent: () => boolean,
  nowUnixMs: () => number,
  resolve: (result: SendResult) => void,
): void {
  const parts: Buffer[] = []
  let size = 0
  incoming.on('data', (part: Buffer) => {
    size += part.length
    if (size <= answerMaxBytes) parts.push(part)
  })
  incoming.on('error', (error) => resolve({ kind: 'retry', why: errorText(error), afterMs: undefined }))
  incoming.on('end', () => {
    const body = Buffer.concat(parts)
    const status = incoming.statusCode ?? 0
    if (status >= 200 && status < 300) return resolve({ kind: 'accepted', body, isBodySent: isBodySent() })
    const why = `HTTP ${status}${sentenceOf(body)}`
    if (!retriable.has(status)) return resolve({ kind: 'refused', why })
    resolve({ kind: 'retry', why, afterMs: retryAfterMs(incoming.headers['retry-after'], nowUnixMs()) })
  })
}

/** The server's own words, when they are words. */
function sentenceOf(body: Buffer): string {
  const text = body
    .subarray(0, 300)
    .toString('utf8')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
  return text === '' ? '' : `: ${text}`
}

const retryAfterMaxMs = 300_000

/** Retry-After is seconds or a date. */
export function retryAfterMs(header: string | undefined, nowUnixMs: number): number | undefined {
  if (header === undefined) return undefined
  const seconds = Number(header)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowUnixMs
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), retryAfterMaxMs)
}
