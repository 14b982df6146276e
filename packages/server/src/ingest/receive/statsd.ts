import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { StatsdSeries } from '../decode/statsd.ts'
import { openLineSockets } from './line-sockets.ts'
import type { Submit } from './submit.ts'

/**
 * StatsD over TCP and UDP, on one port: lines are added up in memory and handed in as metrics at every flush. StatsD
 * knows no answers, and what was not yet flushed is gone when the server is killed; one that is stopped flushes first.
 */
export type StatsdReceiverOptions = {
  host: string
  /** 0 takes any free one. */
  port: number
  connectionsMax: number
  flushMs: number
  seriesMax: number
  forgetAfterMs: number
  nowUnixMs: () => number
  submit: Submit
  report: (sentence: string) => void
  onFault: (error: unknown) => void
}

export type StatsdReceiver = {
  port: number
  /** `dropped` are datagrams, of one line or more. */
  counts(): { received: number; rejected: number; dropped: number; series: number }
  stop(): Promise<void>
}

/** A line longer than this is no StatsD. */
const lineSizeMaxBytes = 65_536

/** Rejects with the socket's error when the port cannot be listened on. */
export async function startStatsd(options: StatsdReceiverOptions): Promise<StatsdReceiver> {
  const { nowUnixMs, report } = options
  const series = new StatsdSeries(options)
  const add = (text: string): void => {
    for (const line of text.split('\n')) series.add(line.trimEnd(), nowUnixMs())
  }
  const sockets = await openLineSockets({
    ...options,
    what: 'StatsD',
    onConnection: (socket) => receiveLines(socket, add, report),
    onDatagram: (bytes) => add(bytes.toString('utf8')),
  })
  const flusher = new Flusher(series, options)
  return {
    port: sockets.port,
    counts: () => ({
      received: series.received,
      rejected: series.rejected,
      dropped: sockets.dropped(),
      series: series.count,
    }),
    async stop() {
      await sockets.stop()
      await flusher.stop()
    },
  }
}

function receiveLines(socket: Socket, add: (text: string) => void, report: (sentence: string) => void): void {
  let held = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    const text = held + chunk
    const end = text.lastIndexOf('\n')
    if (end >= 0) add(text.slice(0, end))
    held = text.slice(end + 1)
    if (held.length <= lineSizeMaxBytes) return
    report(
      `Cannot go on with the StatsD connection from ${socket.remoteAddress}: a line has more than ${lineSizeMaxBytes} bytes`,
    )
    held = ''
    socket.destroy()
  })
  socket.on('end', () => add(held))
}

/** Hands in what was added up, again and again. What cannot be stored now is in the next flush, but for sets. */
class Flusher {
  readonly #series: StatsdSeries
  readonly #options: StatsdReceiverOptions
  readonly #timer: NodeJS.Timeout
  #flushing: Promise<void> = Promise.resolve()
  #rejectedSaid = 0

  constructor(series: StatsdSeries, options: StatsdReceiverOptions) {
    this.#series = series
    this.#options = options
    this.#timer = setInterval(() => {
      this.#flushing = this.#flushing.then(() => this.#flush())
    }, options.flushMs)
  }

  async #flush(): Promise<void> {
    const { nowUnixMs, onFault, report, submit } = this.#options
    const body = this.#series.flush(nowUnixMs())
    const { rejected, reason } = this.#series
    // Once as many again as were said: so that the log is not flooded with what it reports.
    if (rejected > this.#rejectedSaid * 2) {
      this.#rejectedSaid = rejected
      report(`${rejected} StatsD lines could not be taken; the first: ${reason}`)
    }
    if (body === undefined) return
    try {
      const outcome = await submit({ signal: 'metrics', encoding: 'protobuf', body, batchId: randomUUID() })
      if (outcome.kind !== 'stored')
        report(`Cannot store what came by StatsD, the next flush will tell again: ${outcome.message}`)
    } catch (error) {
      onFault(error)
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#flushing
    await this.#flush()
  }
}
