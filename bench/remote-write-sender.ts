import { Agent, request } from 'node:http'
import { prepareRemoteWrite } from './remote-write-bodies.ts'

/**
 * A process of its own that has prepared all bodies, and sends them to each URL it is told: one connection a group.
 * Answers with the seconds from the first byte to the last acknowledgement.
 */
const groups = prepareRemoteWrite(Date.now())

process.on('message', async ({ url }: { url: string }) => {
  try {
    const agent = new Agent({ keepAlive: true })
    const startMs = performance.now()
    await Promise.all(groups.map((bodies) => sendAll(url, bodies, agent)))
    agent.destroy()
    process.send?.({ seconds: (performance.now() - startMs) / 1000 })
  } catch (error) {
    process.send?.({ failed: String(error) })
  }
})
process.send?.({ ready: true })

async function sendAll(url: string, bodies: readonly Uint8Array[], agent: Agent): Promise<void> {
  for (const body of bodies) {
    let status = await send(url, body, agent)
    for (; status === 503 || status === 429; status = await send(url, body, agent))
      await new Promise((resolve) => setTimeout(resolve, 50))
    if (status !== 204 && status !== 200) throw new Error(`${url} answered ${status}`)
  }
}

function send(url: string, body: Uint8Array, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'content-length': body.length,
      'x-prometheus-remote-write-version': '0.1.0',
    }
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
