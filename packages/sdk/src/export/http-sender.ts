import type { Socket } from 'node:net'
import { type Answer, AnswerReader } from './http-answer.ts'
import type { Request, Sender, SendResult } from './sender.ts'
import { lengthOfAll } from './signal-buffer.ts'

/** An idle connection is closed before the other side does it: what is sent at that moment would be lost. */
const idleMaxMs = 30_000
const retriable = new Set([408, 429, 502, 503, 504])

/**
 * Exports over HTTP/1.1 or HTTPS, with kept-alive connections that never keep the process alive. Over plain sockets and not by node:http's
 * client: client and server share their code, and once a process has used both, V8 has compiled that code for objects of two kinds. Each
 * request the program serves would cost a tenth of what the SDK does more (decision 0083).
 */
export function openSender(nowUnixMs: () => number): Sender {
  return new HttpSender(nowUnixMs)
}

class HttpSender implements Sender {
  private readonly nowUnixMs: () => number
  private readonly open = new Set<Connection>()
  /** Of TLS, by target: a new connection is made with less work. */
  private readonly sessions = new Map<string, Buffer>()
  private held = false

  constructor(nowUnixMs: () => number) {
    this.nowUnixMs = nowUnixMs
  }

  async send(request: Request): Promise<SendResult> {
    const url = new URL(request.url)
    const head = headOf(url, request)
    // Signals with the same files share connections.
    const target = [url.origin, ...Object.values(request.tls ?? {})].join()
    const idle = [...this.open].find((connection) => connection.target === target && connection.isIdle)
    const found = await (idle ?? this.connect(url, request, target)).exchange(request, head)
    // The other side closed it while this was on its way: a new one is tried at once.
    if ('why' in found && found.isLost && idle !== undefined)
      return this.resultOf(await this.connect(url, request, target).exchange(request, head))
    return this.resultOf(found)
  }

  private resultOf(found: Exchanged): SendResult {
    if ('why' in found) return { kind: 'retry', why: found.why, afterMs: undefined }
    const { answer, isBodySent } = found
    if (answer.status >= 200 && answer.status < 300) return { kind: 'accepted', body: answer.body, isBodySent }
    const why = `HTTP ${answer.status}${sentenceOf(answer.body)}`
    if (!retriable.has(answer.status)) return { kind: 'refused', why }
    return { kind: 'retry', why, afterMs: retryAfterMs(answer.headers.get('retry-after'), this.nowUnixMs()) }
  }

  private connect(url: URL, { tls = {} }: Request, target: string): Connection {
    const net = process.getBuiltinModule('node:net')
    const isSecure = url.protocol === 'https:'
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
    const port = Number(url.port) || (isSecure ? 443 : 80)
    const options = { host, port, noDelay: true, keepAlive: true }
    let socket: Socket
    if (isSecure) {
      const { readFileSync } = process.getBuiltinModule('node:fs')
      const files = Object.entries(tls).flatMap(([name, path]) =>
        path === undefined ? [] : [[name, readFileSync(path)]],
      )
      const secure = process.getBuiltinModule('node:tls').connect({
        ...options,
        ...Object.fromEntries(files),
        // An address is no name to ask for.
        servername: net.isIP(host) === 0 ? host : '',
        ALPNProtocols: ['http/1.1'],
        session: this.sessions.get(target),
      })
      secure.on('session', (session: Buffer) => this.sessions.set(target, session))
      socket = secure
    } else socket = net.connect(options)
    const connection = new Connection(socket, target, () => this.open.delete(connection))
    this.open.add(connection)
    // Also when it is connected: each address that is tried has a handle of its own.
    socket.once('connect', () => connection.hold(this.held))
    connection.hold(this.held)
    return connection
  }

  hold(held: boolean): void {
    this.held = held
    for (const connection of this.open) connection.hold(held)
  }

  stop(): void {
    for (const connection of this.open) connection.close()
  }
}

type Exchanged =
  | { readonly answer: Answer; readonly isBodySent: boolean }
  /** `isLost`: the connection was, before anything of the answer came. */
  | { readonly why: string; readonly isLost: boolean }

/** The request a connection is busy with. */
interface Exchange {
  readonly reader: AnswerReader
  isHeard: boolean
  settle(found: Exchanged): void
}

/** One connection, for one request after the other. */
class Connection {
  readonly target: string
  private readonly socket: Socket
  private current: Exchange | undefined = undefined
  /** Of the last request, until all of its body was handed to the system. */
  private isSending = false
  /** What the last answer said. */
  private isKept = true

  constructor(socket: Socket, target: string, closed: () => void) {
    this.socket = socket
    this.target = target
    socket.on('data', (part: Buffer) => this.take(part))
    socket.on('end', () => this.ended())
    socket.on('error', (error) => this.lost(errorText(error)))
    socket.on('timeout', () => socket.destroy())
    socket.on('close', () => {
      closed()
      this.lost('the connection was closed before the answer was complete')
    })
  }

  get isIdle(): boolean {
    return this.current === undefined && !this.isSending && this.socket.writable && this.isKept
  }

  exchange(request: Request, head: Buffer): Promise<Exchanged> {
    const { socket } = this
    socket.setTimeout(0)
    this.isSending = true
    const sent = () => {
      this.isSending = false
      if (this.current === undefined) this.rest()
    }
    const pieces = [head, ...request.body]
    socket.cork()
    for (const [i, piece] of pieces.entries()) socket.write(piece, i === pieces.length - 1 ? sent : undefined)
    socket.uncork()
    return new Promise((resolve) => {
      const deadline = setTimeout(() => this.fail(`no answer within ${request.timeoutMs} ms`), request.timeoutMs)
      deadline.unref()
      const settle = (found: Exchanged) => {
        clearTimeout(deadline)
        resolve(found)
      }
      this.current = { reader: new AnswerReader(), isHeard: false, settle }
    })
  }

  private take(part: Buffer): void {
    const { current } = this
    if (current === undefined) {
      // Nobody asked.
      this.close()
      return
    }
    current.isHeard = true
    try {
      this.answered(current.reader.push(part))
    } catch (thrown) {
      this.fail(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }

  private ended(): void {
    this.isKept = false
    this.answered(this.current?.reader.close())
  }

  private answered(answer: Answer | undefined): void {
    const { current } = this
    if (answer === undefined || current === undefined) return
    this.current = undefined
    this.isKept = this.isKept && answer.isKept
    const closesAfter = /(?:^|[ ,])timeout=(\d+)/.exec(answer.headers.get('keep-alive') ?? '')?.[1]
    const idleMs = closesAfter === undefined ? idleMaxMs : Math.min(idleMaxMs, Number(closesAfter) * 1_000 - 1_000)
    if (idleMs <= 0) this.isKept = false
    else this.socket.setTimeout(idleMs)
    current.settle({ answer, isBodySent: !this.isSending })
    if (!this.isSending) this.rest()
  }

  /** Between two requests. */
  private rest(): void {
    if (!this.isKept) this.close()
  }

  private lost(why: string): void {
    this.fail(why, this.current?.isHeard === false)
  }

  private fail(why: string, isLost = false): void {
    const { current } = this
    this.current = undefined
    this.close()
    current?.settle({ why, isLost })
  }

  hold(held: boolean): void {
    if (held) this.socket.ref()
    else this.socket.unref()
  }

  close(): void {
    this.isKept = false
    this.socket.destroy()
  }
}

const headerName = /^[\w!#$%&'*+.^`|~-]+$/
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/

/** Request line and headers. What the program has set goes over what is usual, but for the length. */
function headOf(url: URL, request: Request): Buffer {
  const headers = new Map<string, string>([['host', url.host]])
  if (url.username !== '' || url.password !== '') {
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    headers.set('authorization', `Basic ${Buffer.from(user).toString('base64')}`)
  }
  for (const [name, value] of Object.entries(request.headers)) {
    if (!headerName.test(name) || !headerValue.test(value))
      throw new Error(`the header "${name}" has a character that cannot be sent`)
    headers.set(name.toLowerCase(), value)
  }
  headers.set('content-length', String(lengthOfAll(request.body)))
  const lines = Array.from(headers, ([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1')
}

/** An AggregateError (one per address tried) has an empty message: its code says more. */
function errorText(error: Error & { code?: string }): string {
  return error.message || error.code || error.name
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
