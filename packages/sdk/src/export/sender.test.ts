import { afterAll, expect, test } from 'vitest'
import { startTlsBackend } from '../testing/tls-backend.ts'
import { openSender, type SendResult, type TlsFiles } from './sender.ts'

const backend = await startTlsBackend()
const { url = '', cert = '', key = '' } = backend ?? {}
afterAll(() => backend?.stop())

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
