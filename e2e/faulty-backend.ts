import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { listen } from '../packages/sdk/src/testing/listen.ts'
import { Message } from '../packages/sdk/src/testing/otlp-decode.ts'

/** What may be wrong with a backend. */
export const faults = ['down', 'slow', 'refusing', 'garbage'] as const
export type Fault = (typeof faults)[number]

const slowMs = 5_000

/** Takes OTLP and counts what it stored, each batch once; it can be made to fail. */
export class FaultyBackend {
  readonly port: number
  spans = 0
  private fault: Fault | undefined = undefined
  private asked = 0
  private readonly batches = new Set<string>()
  private server: Server

  private constructor(server: Server, port: number) {
    this.server = server
    this.port = port
    server.on('request', this.answer)
  }

  static async start(): Promise<FaultyBackend> {
    const server = createServer()
    return new FaultyBackend(server, await listen(server))
  }

  async failWith(fault: Fault | undefined): Promise<void> {
    const was = this.fault
    this.fault = fault
    if (fault === 'down') await this.stop()
    else if (was === 'down') {
      this.server = createServer(this.answer)
      await listen(this.server, this.port)
    }
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close')
    this.server.close()
    this.server.closeAllConnections()
    await closed
  }

  private readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      this.asked++
      const { fault } = this
      if (fault === 'refusing') {
        response.writeHead(503, { 'retry-after': '1' }).end('come again')
        return
      }
      // Half of the garbage is no HTTP at all, the other half an accepted request with an answer nobody can read.
      if (fault === 'garbage' && this.asked % 2 === 0) {
        response.socket?.end('\u0000\u0001 what is this\r\n\r\n')
        return
      }
      this.store(request, Buffer.concat(parts))
      const body = fault === 'garbage' ? Buffer.from([255, 255, 255, 255, 7, 0, 1]) : Buffer.alloc(0)
      if (fault === 'slow') setTimeout(() => response.end(body), slowMs).unref()
      else response.end(body)
    })
  }

  /** A sender that got no answer sends again, with the same id: stored once all the same. */
  private store(request: IncomingMessage, body: Buffer): void {
    const id = String(request.headers['wakeline-batch-id'])
    if (request.url !== '/v1/traces' || this.batches.has(id)) return
    this.batches.add(id)
    for (const resource of new Message(body).messages(1))
      for (const scope of resource.messages(2)) this.spans += scope.all(2).length
  }
}
