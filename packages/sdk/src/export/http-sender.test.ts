import { createServer, type Socket } from 'node:net'
import { afterAll, afterEach, expect, test } from 'vitest'
import { listen } from '../testing/listen.ts'
import { startTlsBackend } from '../testing/tls-backend.ts'
import { openSender } from './http-sender.ts'
import type { Request, SendResult, TlsFiles } from './sender.ts'

const backend = await startTlsBackend()
const { url = '', cert = '', key = '' } = backend ?? {}
const stops: (() => void)[] = []
afterAll(() => backend?.stop())
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

async function send(tls: TlsFiles, sender = openSender(() => 0)): Promise<SendResult> {
  try {
    return await sender.send({ url, headers: {}, body: [Buffer.from('x')], timeoutMs: 5_000, tls })
  } finally {
    sender.stop()
  }
}

test.skipIf(!backend)('a backend is trusted by the certificate that was given, and only then', async () => {
  expect(await send({ ca: cert })).toMatchObject({ kind: 'accepted', body: Buffer.from('nobody') })
  expect(await send({})).toMatchObject({ kind: 'retry', why: expect.stringMatching(/self.signed certificate/) })
})

test.skipIf(!backend)('a client certificate is shown', async () => {
  expect(await send({ ca: cert, cert, key })).toMatchObject({ kind: 'accepted', body: Buffer.from('localhost') })
})

test.skipIf(!backend)('each request has the files of its own signal, through one sender', async () => {
  const sender = openSender(() => 0)
  const known = await sender.send({ url, headers: {}, body: [], timeoutMs: 5_000, tls: { ca: cert, cert, key } })
  expect(known).toMatchObject({ body: Buffer.from('localhost') })
  expect(await send({ ca: cert }, sender)).toMatchObject({ body: Buffer.from('nobody') })
})

test.skipIf(!backend)('a file that is not there refuses the batch with its path', async () => {
  await expect(send({ ca: `${cert}.none` })).rejects.toThrow(/cert\.pem\.none/)
})

/** A backend of which each connection is what the test says; `seen` is all that came, by connection. */
async function startRaw(answer: (socket: Socket, connection: number) => void) {
  const seen: string[] = []
  const server = createServer((socket) => {
    const connection = seen.push('') - 1
    socket.on('error', () => {})
    socket.on('data', (part) => {
      seen[connection] += part.toString('latin1')
      if (seen[connection]?.endsWith('body')) answer(socket, connection)
    })
  })
  const port = await listen(server)
  const sender = openSender(() => 0)
  stops.push(() => {
    sender.stop()
    server.close()
  })
  const request = (more: Partial<Request> = {}): Request => ({
    url: `http://127.0.0.1:${port}/v1/traces?a=b`,
    headers: { 'X-Key': 'secret' },
    body: [Buffer.from('the '), Buffer.from('body')],
    timeoutMs: 5_000,
    ...more,
  })
  return { sender, seen, port, request }
}

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'

test('requests go one after the other over one connection, with what is usual in front', async () => {
  const { sender, seen, port, request } = await startRaw((socket) => socket.write(ok))
  for (let i = 0; i < 3; i++) expect(await sender.send(request())).toMatchObject({ kind: 'accepted', isBodySent: true })
  const one = `POST /v1/traces?a=b HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nx-key: secret\r\ncontent-length: 8\r\n\r\nthe body`
  expect(seen).toEqual([one.repeat(3)])
})

test('user and password of the URL are sent, and a host that the program has set', async () => {
  const { sender, seen, port, request } = await startRaw((socket) => socket.write(ok))
  await sender.send(request({ url: `http://us%40er:p@127.0.0.1:${port}/`, headers: { Host: 'other' } }))
  expect(seen[0]).toContain(`host: other\r\nauthorization: Basic ${btoa('us@er:p')}\r\n`)
})

test('a connection that was closed in the meantime is replaced at once, by one only', async () => {
  const { sender, seen, request } = await startRaw((socket, connection) => {
    if (connection === 0 && seen[0]?.match(/POST/g)?.length === 1) socket.write(ok)
    else if (connection === 1) socket.write(ok)
    else socket.destroy()
  })
  expect(await sender.send(request())).toMatchObject({ kind: 'accepted' })
  expect(await sender.send(request())).toMatchObject({ kind: 'accepted' })
  expect(seen).toHaveLength(2)
  const gone = await startRaw((socket) => socket.destroy())
  expect(await gone.sender.send(gone.request())).toMatchObject({
    kind: 'retry',
    why: expect.stringMatching(/closed|ECONNRESET/),
  })
  expect(gone.seen).toHaveLength(1)
})

test.each([
  ['that says it closes', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'],
  ['that keeps it for a second only', 'HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 0\r\n\r\n'],
  ['with something behind it', `${ok}${ok}`],
])('a connection with an answer %s is not used again', async (_, answer) => {
  const { sender, seen, request } = await startRaw((socket) => socket.write(answer))
  for (let i = 0; i < 2; i++) expect(await sender.send(request())).toMatchObject({ kind: 'accepted' })
  expect(seen).toHaveLength(2)
})

test('an answer cut off, or none of HTTP, is a reason to try again', async () => {
  const cut = await startRaw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'))
  const why = 'the connection was closed before the answer was complete'
  expect(await cut.sender.send(cut.request())).toEqual({ kind: 'retry', why, afterMs: undefined })
  const other = await startRaw((socket) => socket.write('220 smtp.example.com ESMTP\r\n'))
  expect(await other.sender.send(other.request())).toMatchObject({ kind: 'retry', why: 'the answer is not HTTP' })
})

test('a header that would end the head is refused before anything is sent', async () => {
  const { sender, seen, request } = await startRaw((socket) => socket.write(ok))
  await expect(sender.send(request({ headers: { 'x-key': 'a\r\nb: c' } }))).rejects.toThrow(/header "x-key"/)
  expect(seen).toEqual([])
})

test('an answer before the body was read leaves the body alone, and the connection to itself', async () => {
  const { sender, request } = await startRaw(() => {})
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.pause()
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
  })
  const url = `http://127.0.0.1:${await listen(server)}/`
  stops.push(() => server.close())
  const body = [Buffer.alloc(64 * 1024 * 1024)]
  expect(await sender.send(request({ url, body }))).toMatchObject({ kind: 'accepted', isBodySent: false })
  expect(await sender.send(request({ url }))).toMatchObject({ kind: 'accepted', isBodySent: true })
})
