import { once } from 'node:events'
import type { Server } from 'node:net'

/** Begins to listen on loopback, on a free port unless one is named, and answers which it is. */
export async function listen(server: Server, port = 0): Promise<number> {
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return Reflect.get(Object(server.address()), 'port')
}
