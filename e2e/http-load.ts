import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface LoadOptions {
  readonly port: number
  readonly connections: number
  /** The path of the nth request; it may not need encoding. */
  readonly path: (n: number) => string
  readonly requests?: number
  readonly seconds?: number
  /** Requests a second, spread evenly; left out, each connection asks as soon as it is answered. */
  readonly perSecond?: number
}

export interface Loaded {
  readonly requests: number
  /** Milliseconds each answer took, in no order. */
  readonly durationsMs: number[]
}

/** Asks over kept-alive connections, one request at a time on each, with plain sockets: node:http costs more than what is asked. */
export async function loadHttp(options: LoadOptions): Promise<Loaded> {
  const { port, connections, requests = Number.POSITIVE_INFINITY, seconds = Number.POSITIVE_INFINITY } = options
  const endMs = performance.now() + seconds * 1000
  const durationsMs: number[] = []
  let asked = 0
  const pauseMs = options.perSecond === undefined ? 0 : (1000 * connections) / options.perSecond
  const work = async () => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true)
    socket.setEncoding('latin1')
    await once(socket, 'connect')
    while (asked < requests && performance.now() < endMs) {
      const n = asked++
      const startMs = performance.now()
      await ask(socket, options.path(n), n)
      const tookMs = performance.now() - startMs
      durationsMs.push(tookMs)
      if (pauseMs > tookMs) await new Promise((resolve) => setTimeout(resolve, pauseMs - tookMs))
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: connections }, work))
  return { requests: asked, durationsMs }
}

/** Resolves when the answer is complete: its head says how long it is. */
function ask(socket: Socket, path: string, n: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    const done = (error?: Error) => {
      socket.off('data', onData).off('close', onClose)
      if (error === undefined) resolve()
      else reject(error)
    }
    const onClose = () => done(new Error(`Cannot get ${path}: the connection was closed`))
    const onData = (part: string) => {
      text += part
      const head = text.indexOf('\r\n\r\n')
      const length = head < 0 ? undefined : /^content-length: (\d+)/im.exec(text.slice(0, head))?.[1]
      if (length !== undefined && text.length >= head + 4 + Number(length)) done()
    }
    socket.on('data', onData).once('close', onClose)
    socket.write(`GET ${path} HTTP/1.1\r\nHost: app.test\r\nX-Request-ID: r-${n}\r\nUser-Agent: load\r\n\r\n`)
  })
}
