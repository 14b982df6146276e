import { randomBytes, randomFillSync } from 'node:crypto'
import { Agent, request } from 'node:http'
import { type BodyKind, prepareBodies, recordsPerBody, renew } from './otlp-bodies.ts'

/**
 * A process of its own that sends prepared bodies as fast as the server acknowledges them, over some connections, each
 * with a batch id of its own so that no repeat is taken for one. Told what to do by its arguments; says what was
 * acknowledged as JSON on its last line.
 */
export type LoadOptions = { url: string; kind: BodyKind; seconds: number; connections: number }
export type LoadResult = {
  acknowledged: number
  seconds: number
  /** Requests told to come back later. */
  later: number
  bodyBytes: number
}

const paths: Readonly<Record<BodyKind, string>> = { spans: '/v1/traces', logs: '/v1/logs', samples: '/v1/metrics' }
const bodyCount = 128

async function load({ url, kind, seconds, connections }: LoadOptions): Promise<LoadResult> {
  const bodies = prepareBodies(kind, bodyCount, 42)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const result: LoadResult = { acknowledged: 0, seconds: 0, later: 0, bodyBytes: 0 }
  const startMs = performance.now()
  const endMs = startMs + seconds * 1000
  let next = 0
  const sendAll = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const body = bodies[next++ % bodies.length]
      if (body === undefined) return
      renew(body, randomFillSync, Date.now())
      const status = await send(`${url}${paths[kind]}`, body.bytes, agent)
      if (status === 200) {
        result.acknowledged += recordsPerBody
        result.bodyBytes += body.bytes.length
      } else if (status === 503) {
        result.later += 1
        await new Promise((resolve) => setTimeout(resolve, 100))
      } else throw new Error(`The server answered ${status}`)
    }
  }
  await Promise.all(Array.from({ length: connections }, sendAll))
  result.seconds = (performance.now() - startMs) / 1000
  agent.destroy()
  return result
}

function send(url: string, body: Uint8Array, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-protobuf',
      'content-length': body.length,
      'wakeline-batch-id': randomBytes(16).toString('hex'),
    }
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

console.log(JSON.stringify(await load(JSON.parse(process.argv[2] ?? '{}'))))
