import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { listenOn } from '../../base/listen-on.ts'
import { openUdp, type UdpOptions } from './udp.ts'

/** A protocol of lines that knows no answers, spoken over TCP and UDP on one port. */
export type LineSocketsOptions = UdpOptions & {
  connectionsMax: number
  onConnection: (socket: Socket) => void
}

export type LineSockets = {
  port: number
  /** Datagrams that the system dropped. */
  dropped(): number
  /** Ends all connections; when it resolves nothing more comes. */
  stop(): Promise<void>
}

/** Port 0 takes any free one. Rejects with the socket's error when the port cannot be listened on. */
export async function openLineSockets(options: LineSocketsOptions): Promise<LineSockets> {
  const { onConnection, onFault } = options
  const sockets = new Set<Socket>()
  const tcp = createServer({ keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A connection that breaks is normal; what came before it is kept.
    socket.on('error', () => socket.destroy())
    onConnection(socket)
  })
  tcp.maxConnections = options.connectionsMax
  const port = await listenOn(tcp, options)
  const udp = await openUdp({ ...options, port }).catch((error) => {
    tcp.close()
    throw error
  })
  tcp.on('error', onFault)
  return {
    port,
    dropped: udp.dropped,
    async stop() {
      udp.close()
      const closed = once(tcp, 'close')
      tcp.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
