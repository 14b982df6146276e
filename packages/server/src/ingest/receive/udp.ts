import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'

/**
 * A socket that takes datagrams. Those that come faster than this process reads wait in a buffer of the system, and when that
 * is full the system drops them without a word to us; Linux counts them in /proc/net/udp:
 *
 *     sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 *   1234: 0100007F:1FBD 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 52814 2 00000000b1 17
 */
export type UdpOptions = {
  host: string
  port: number
  /** What is sent, for the sentence that reports what was dropped. */
  what: string
  onDatagram: (bytes: Buffer) => void
  report: (sentence: string) => void
  onFault: (error: unknown) => void
}

export type Udp = {
  /** Datagrams that the system dropped because its buffer was full; 0 where the system does not tell. */
  dropped(): number
  close(): void
}

/** As much as the system allows; hosts mostly allow less (`net.core.rmem_max`). */
const bufferSizeBytes = 4 * 1024 * 1024
const lookEveryMs = 10_000

/** Rejects with the socket's error when the port cannot be listened on. */
export async function openUdp({ host, port, what, onDatagram, report, onFault }: UdpOptions): Promise<Udp> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  socket.on('message', onDatagram)
  socket.bind(port, host)
  await once(socket, 'listening')
  socket.on('error', onFault)
  enlargeBuffer(socket)
  const { address, port: boundPort } = socket.address()
  const dropped = (): number => readDropped(address, boundPort)
  let said = 0
  const look = (): void => {
    const count = dropped()
    // Once as many again as were said: so that the log is not flooded with what it reports.
    if (count <= said * 2) return
    said = count
    report(
      `${count} datagrams of ${what} were dropped by the system, as they came faster than they could be read: send over TCP, or raise net.core.rmem_max`,
    )
  }
  const timer = setInterval(look, lookEveryMs).unref()
  return {
    dropped,
    close() {
      clearInterval(timer)
      look()
      socket.close()
    },
  }
}

function enlargeBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(bufferSizeBytes)
  } catch {
    // Some systems refuse what is beyond their limit, where Linux gives what it allows: the usual size does too.
  }
}

function readDropped(address: string, port: number): number {
  let table: string
  try {
    table = readFileSync(isIPv6(address) ? '/proc/net/udp6' : '/proc/net/udp', 'latin1')
  } catch {
    return 0
  }
  const local = `${wordsOf(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const row = table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find((columns) => columns[1] === local)
  return Number(row?.at(-1) ?? 0)
}

/** An address as Linux prints it: words of 32 bits, each with its bytes turned around on the machines we run on. */
function wordsOf(address: string): string {
  const hex = isIPv6(address) ? hexOfIPv6(address) : hexOf(address.split('.').map(Number), 2)
  const words = hex.match(/.{8}/g) ?? []
  return words.map((word) => word.match(/../g)?.reverse().join('') ?? '').join('')
}

function hexOfIPv6(address: string): string {
  const [head = '', tail = ''] = address.split('%', 1).join('').split('::')
  const groups = (text: string): number[] =>
    text.split(':').flatMap((group) => (group === '' ? [] : [Number.parseInt(group, 16)]))
  const [first, last] = [groups(head), groups(tail)]
  return hexOf([...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last], 4)
}

const hexOf = (numbers: readonly number[], digits: number): string =>
  numbers.map((number) => number.toString(16).toUpperCase().padStart(digits, '0')).join('')
