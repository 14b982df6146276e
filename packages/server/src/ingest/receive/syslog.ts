import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { syslogToOtlp } from '../decode/syslog.ts'
import { openLineSockets } from './line-sockets.ts'
import type { Submit } from './submit.ts'
import { SyslogFrames } from './syslog-frames.ts'

/**
 * Syslog over TCP and UDP, on one port. Syslog knows no answers: over TCP a sender is slowed down when we cannot keep up,
 * over UDP what finds the queue full, or the system's buffer, is dropped, counted and reported. No token guards this port.
 */
export type SyslogOptions = {
  host: string
  /** 0 takes any free one. */
  port: number
  connectionsMax: number
  nowUnixMs: () => number
  submit: Submit
  report: (sentence: string) => void
  onFault: (error: unknown) => void
}

export type Syslog = {
  port: number
  counts(): { received: number; dropped: number }
  /** Takes no more, and stores what it holds. */
  stop(): Promise<void>
}

/** Text waiting to be stored: beyond the first TCP waits, beyond the second UDP is dropped. */
const pauseAtCharacters = 8 * 1024 * 1024
const queueMaxCharacters = 16 * 1024 * 1024
const batchMax = 1_000
const batchAgeMs = 50

/** `127.0.0.1:5514` or `[::1]:5514`; undefined for what is neither. */
export function parseSyslogAddress(text: string): { host: string; port: number } | undefined {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) }
}

/** Rejects with the socket's error when the port cannot be listened on. */
export async function startSyslog(options: SyslogOptions): Promise<Syslog> {
  const queue = new SyslogQueue(options)
  const sockets = await openLineSockets({
    ...options,
    what: 'syslog',
    onConnection: (socket) => receiveTcp(socket, queue, options),
    onDatagram: (bytes) => {
      const message = bytes.toString('utf8').replace(/[\r\n\0]+$/, '')
      if (message !== '') queue.offer(message)
    },
  })
  return {
    port: sockets.port,
    counts: () => ({ received: queue.received, dropped: queue.dropped + sockets.dropped() }),
    async stop() {
      await sockets.stop()
      await queue.stop()
    },
  }
}

function receiveTcp(socket: Socket, queue: SyslogQueue, { report }: SyslogOptions): void {
  const frames = new SyslogFrames()
  socket.on('data', (chunk) => {
    for (const message of frames.add(chunk)) queue.take(message)
    if (frames.fault !== '') {
      report(`Cannot go on with the syslog connection from ${socket.remoteAddress}: ${frames.fault}`)
      socket.destroy()
    } else if (queue.isFull) {
      socket.pause()
      void queue.hasRoom().then(() => socket.resume())
    }
  })
  socket.on('end', () => {
    const last = frames.rest()
    if (last !== '') queue.take(last)
  })
}

class SyslogQueue {
  received = 0
  dropped = 0
  #messages: string[] = []
  #characters = 0
  #storing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #stopped = false
  readonly #options: SyslogOptions

  constructor(options: SyslogOptions) {
    this.#options = options
  }

  get isFull(): boolean {
    return this.#characters >= pauseAtCharacters
  }

  async hasRoom(): Promise<void> {
    while (this.isFull && !this.#stopped) await this.#store()
  }

  take(message: string): void {
    this.received += 1
    this.#messages.push(message)
    this.#characters += message.length
    if (this.#messages.length >= batchMax) void this.#store()
    else this.#timer ??= setTimeout(() => void this.#store(), batchAgeMs)
  }

  /** Takes it if there is room. */
  offer(message: string): void {
    if (this.#characters < queueMaxCharacters) {
      this.take(message)
      return
    }
    this.dropped += 1
    // At 1, 10, 100...: so that the log is not flooded with what it reports.
    if (Number.isInteger(Math.log10(this.dropped)))
      this.#options.report(
        `${this.dropped} syslog messages that came over UDP were dropped: too many wait to be stored`,
      )
  }

  /** One at a time; whoever comes meanwhile waits for the same. */
  #store(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#storing ??= this.#storeAll().finally(() => {
      this.#storing = undefined
      if (this.#messages.length > 0) void this.#store()
    })
    return this.#storing
  }

  async #storeAll(): Promise<void> {
    while (this.#messages.length > 0) {
      const batch = this.#messages.splice(0, batchMax)
      await this.#storeBatch(batch)
      // Only now: until they are stored they take the memory that the limit is about.
      for (const message of batch) this.#characters -= message.length
    }
  }

  async #storeBatch(messages: string[]): Promise<void> {
    const { submit, nowUnixMs, onFault } = this.#options
    const batchId = randomUUID()
    try {
      const { protobuf: body } = syslogToOtlp(messages, nowUnixMs())
      for (;;) {
        const outcome = await submit({ signal: 'logs', encoding: 'protobuf', body, batchId })
        if (outcome.kind === 'stored') return
        if (outcome.kind === 'refused' || this.#stopped) throw new Error(outcome.message)
        await new Promise((resolve) => setTimeout(resolve, outcome.retryAfterSeconds * 1000))
      }
    } catch (error) {
      this.dropped += messages.length
      onFault(new Error(`Cannot store ${messages.length} syslog messages: ${error}`, { cause: error }))
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    while (this.#messages.length > 0 || this.#storing !== undefined) await this.#store()
  }
}
