import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestReceiver, type TestReceiver } from './receiver.case.ts'
import type { Submit } from './submit.ts'
import { parseSyslogAddress, type Syslog, startSyslog } from './syslog.ts'

let receiver: TestReceiver
const reports: string[] = []
const faults: unknown[] = []
beforeAll(async () => {
  receiver = await openTestReceiver()
})
afterAll(() => receiver.close())

function start(submit: Submit): Promise<Syslog> {
  return startSyslog({
    host: '127.0.0.1',
    port: 0,
    connectionsMax: 10,
    nowUnixMs: Date.now,
    submit,
    report: (sentence) => reports.push(sentence),
    onFault: (error) => faults.push(error),
  })
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

async function sendTcp(port: number, text: string): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.end(text)
  socket.resume()
  await once(socket, 'close')
}

test('messages over TCP and UDP are read back', async () => {
  const syslog = await start(receiver.submit)
  const modern = '<11>1 2026-01-31T12:00:00.5Z box cart 42 ID47 [x@1 k="v"] over TCP'
  await sendTcp(
    syslog.port,
    `${Buffer.byteLength(modern)} ${modern}<30>1 - box cart - - - a line\n<30>1 - box cart - - - the last`,
  )
  const udp = createSocket('udp4')
  for (const text of ['\n', '<27>2026-01-31T12:00:01Z box cart[7]: over UDP\0'])
    await new Promise((resolve) => udp.send(text, syslog.port, '127.0.0.1', resolve))
  udp.close()
  await until(() => syslog.counts().received === 4)
  await syslog.stop()
  const rows = await receiver.rows(
    `SELECT service, severity, severity_text AS text, body, attributes FROM logs WHERE service = {p1:String} ORDER BY body`,
    'cart',
  )
  expect(rows).toEqual([
    { service: 'cart', severity: 9, text: 'info', body: 'a line', attributes: { 'syslog.facility': 'daemon' } },
    {
      service: 'cart',
      severity: 17,
      text: 'err',
      body: 'over TCP',
      attributes: { 'syslog.facility': 'user', 'process.pid': '42', 'syslog.msgid': 'ID47', 'x@1.k': 'v' },
    },
    {
      service: 'cart',
      severity: 17,
      text: 'err',
      body: 'over UDP',
      attributes: { 'syslog.facility': 'daemon', 'process.pid': '7' },
    },
    { service: 'cart', severity: 9, text: 'info', body: 'the last', attributes: { 'syslog.facility': 'daemon' } },
  ])
  expect(faults).toEqual([])
})

test('what cannot be stored now is stored later, under the same batch id', async () => {
  const ids: unknown[] = []
  const syslog = await start(async ({ batchId }) => {
    ids.push(batchId)
    return ids.length === 1
      ? { kind: 'later', message: 'full', retryAfterSeconds: 0.01 }
      : { kind: 'stored', rejected: 0, reason: '' }
  })
  await sendTcp(syslog.port, '<30>x\n')
  await until(() => ids.length === 2)
  await syslog.stop()
  expect(ids[0]).toBe(ids[1])
  expect(syslog.counts()).toEqual({ received: 1, dropped: 0 })
})

test('a sender is slowed down while nothing can be stored, and all it sent is stored in the end', async () => {
  let release = (): void => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const syslog = await start(async () => {
    await held
    return { kind: 'stored', rejected: 0, reason: '' }
  })
  const line = `<30>${'x'.repeat(60_000)}\n`
  const socket = connect(syslog.port, '127.0.0.1')
  const count = 800
  socket.end(line.repeat(count))
  await until(() => syslog.counts().received * line.length > 8 * 1024 * 1024)
  const waiting = syslog.counts().received
  expect(waiting).toBeLessThan(count)
  release()
  await until(() => syslog.counts().received === count)
  socket.destroy()
  await syslog.stop()
  expect(syslog.counts().dropped).toBe(0)
})

test('a message beyond the limit ends its connection with a report', async () => {
  const syslog = await start(receiver.submit)
  const socket = connect(syslog.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('999999 <30>')
  await once(socket, 'close')
  await syslog.stop()
  expect(reports.at(-1)).toContain('a message has 999999 bytes and the limit is 65536')
})

test.each([
  ['127.0.0.1:5514', { host: '127.0.0.1', port: 5514 }],
  ['[::1]:0', { host: '::1', port: 0 }],
  ['localhost:65535', { host: 'localhost', port: 65_535 }],
  ['localhost:65536', undefined],
  ['5514', undefined],
  [':5514', undefined],
  ['::1:5514', undefined],
])('the address %s is read', (text, address) => {
  expect(parseSyslogAddress(text)).toEqual(address)
})
