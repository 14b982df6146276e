import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openUdp } from './udp.ts'

const count = 20_000

/** In another process, for ours must not read meanwhile. */
const sender = `
const socket = require('node:dgram').createSocket(process.argv[1].includes(':') ? 'udp6' : 'udp4')
const datagram = Buffer.alloc(1000, 'x')
let sent = 0
const next = () => (sent++ < ${count} ? socket.send(datagram, Number(process.argv[2]), process.argv[1], next) : socket.close())
next()`

async function freePort(host: string): Promise<number> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  await new Promise<void>((resolve) => socket.bind(0, host, resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}

test.skipIf(!existsSync('/proc/net/udp6')).each(['127.0.0.1', '::1'])(
  'what the system drops of datagrams to %s is counted and reported',
  async (host) => {
    const port = await freePort(host)
    let received = 0
    const reports: string[] = []
    const udp = await openUdp({
      ...{ host, port, what: 'StatsD' },
      onDatagram: () => {
        received += 1
      },
      report: (sentence) => reports.push(sentence),
      onFault: (error) => reports.push(String(error)),
    })
    expect(spawnSync(process.execPath, ['-e', sender, host, String(port)]).stderr.toString()).toBe('')
    while (received + udp.dropped() < count) await new Promise((resolve) => setTimeout(resolve, 10))
    const dropped = udp.dropped()
    expect([received + dropped, dropped > 0]).toEqual([count, true])
    udp.close()
    expect(reports).toEqual([expect.stringContaining(`${dropped} datagrams of StatsD were dropped by the system`)])
  },
)
