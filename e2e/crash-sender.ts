import { Agent, request } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { attribute, delimited, logRecord, logs, span, traces } from './protobuf.ts'
import { root } from './server.ts'

/** Sends batches of spans and logs in turn, each until it is acknowledged, as an OTLP exporter that never gives up. */
export type CrashSender = {
  acknowledged: { spans: number; logs: number }
  /** Requests sent again because the one before had no answer or was told to come later. */
  repeats: number
  /** Resolves when the last batch is acknowledged. */
  stop(): Promise<void>
}

const batchSize = 100
const retryMs = 50

/** One try; true when it was acknowledged. */
type Attempt = (signal: 'traces' | 'logs', body: Uint8Array) => Promise<boolean>

export function startCrashSender(url: string, sender: number): CrashSender {
  const agent = new Agent({ keepAlive: true })
  const attempt: Attempt = async (signal, body) => (await send(`${url}/v1/${signal}`, body, agent)) === 200
  return startSending(sender, attempt, () => agent.destroy())
}

const services = { traces: 'trace.v1.TraceService', logs: 'logs.v1.LogsService' }
const asItIs = (bytes: Buffer): Buffer => bytes

/** The same over gRPC; `address` is a host and a port. */
export function startGrpcCrashSender(address: string, sender: number): CrashSender {
  // Of the server's own dependencies: the root of the repository has none.
  const grpc: typeof import('@grpc/grpc-js') = createRequire(join(root, 'packages/server/package.json'))(
    '@grpc/grpc-js',
  )
  const client = new grpc.Client(address, grpc.credentials.createInsecure(), { 'grpc.max_reconnect_backoff_ms': 200 })
  const attempt: Attempt = (signal, body) =>
    new Promise((resolve) => {
      const path = `/opentelemetry.proto.collector.${services[signal]}/Export`
      const deadline = Date.now() + 20_000
      client.makeUnaryRequest(path, asItIs, asItIs, Buffer.from(body), { deadline }, (error) => resolve(error === null))
    })
  return startSending(sender, attempt, () => client.close())
}

function startSending(sender: number, attempt: Attempt, close: () => void): CrashSender {
  const acknowledged = { spans: 0, logs: 0 }
  let stopping = false
  const self: CrashSender = {
    acknowledged,
    repeats: 0,
    stop: async () => {
      stopping = true
      await running
      close()
    },
  }
  const sendUntilAcknowledged = async (signal: 'traces' | 'logs', body: Uint8Array): Promise<void> => {
    while (!(await attempt(signal, body))) {
      self.repeats += 1
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }
  const run = async (): Promise<void> => {
    for (let batch = 0; !stopping; batch += 1) {
      await sendUntilAcknowledged('traces', makeSpans(sender, batch))
      acknowledged.spans += batchSize
      await sendUntilAcknowledged('logs', makeLogs(sender, batch))
      acknowledged.logs += batchSize
    }
  }
  const running = run()
  return self
}

const indexes = Array.from({ length: batchSize }, (_, index) => index)

function makeSpans(sender: number, batch: number): Uint8Array {
  const more = delimited(9, attribute('crash.batch', `${sender}/${batch}`))
  return traces(
    'crash-sender',
    indexes.map((index) => span({ name: `crash ${index % 7}`, spanId: serial(sender, batch, index), more })),
  )
}

function makeLogs(sender: number, batch: number): Uint8Array {
  const records = indexes.map((index) => logRecord(delimited(1, `record ${sender}/${batch}/${index} of a crash`)))
  return logs('crash-sender', records)
}

/** Eight bytes that no other record has. */
function serial(sender: number, batch: number, index: number): Uint8Array {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, sender + 1)
  view.setUint32(1, batch)
  view.setUint16(5, index)
  return bytes
}

/** The status, or 0 when there was no answer. */
function send(url: string, body: Uint8Array, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length }
    const sending = request(url, { method: 'POST', agent, headers, timeout: 20_000 }, (response) => {
      response.resume()
      response.once('close', () => resolve(response.complete ? (response.statusCode ?? 0) : 0))
    })
    sending.once('timeout', () => sending.destroy())
    sending.once('error', () => resolve(0))
    sending.end(body)
  })
}
