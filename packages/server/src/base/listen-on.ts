import { once } from 'node:events'
import type { Server } from 'node:net'

/** Where a server is to listen; port 0 takes any free one. */
export type Where = { host: string; port: number }

/** Answers the port that it became; rejects with the socket's error when it cannot be listened on. */
export async function listenOn(server: Server, { host, port }: Where): Promise<number> {
  await once(server.listen(port, host), 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

export function urlOf({ host, port }: Where): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Where something that listens at `host` is asked from the same machine. */
export function urlFromHere({ host, port }: Where): string {
  return urlOf({ host: host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port })
}
