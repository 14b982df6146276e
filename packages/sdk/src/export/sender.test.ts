import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSender, type SendResult } from './sender.ts'

const folder = mkdtempSync(join(tmpdir(), 'wakeline-tls-'))
const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
const made = spawnSync('openssl', [
  ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
  ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', cert],
])
const hasCertificate = made.status === 0
if (!hasCertificate) console.error('SKIPPED: openssl is not installed')
let url: string
let stop = () => {}

/** Answers with the name in the client's certificate. */
beforeAll(async () => {
  if (!hasCertificate) return
  const [keyPem, certPem] = [readFileSync(key), readFileSync(cert)]
  const options = { key: keyPem, cert: certPem, ca: certPem, requestCert: true, rejectUnauthorized: false }
  const server = createServer(options, (request, response) => {
    request.resume()
    response.end((request.socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `https://localhost:${(server.address() as AddressInfo).port}/v1/traces`
  stop = () => {
    server.closeAllConnections()
    server.close()
  }
})
afterAll(() => {
  stop()
  rmSync(folder, { recursive: true })
})

async function send(files: Record<string, string | undefined>): Promise<SendResult> {
  const sender = openSender(() => 0, files)
  try {
    return await sender.send({ url, headers: {}, body: [Buffer.from('x')], timeoutMs: 5_000 })
  } finally {
    sender.stop()
  }
}

test.skipIf(!hasCertificate)('a backend is trusted by the certificate that was given, and only then', async () => {
  expect(await send({ ca: cert })).toMatchObject({ kind: 'accepted', body: Buffer.from('nobody') })
  expect(await send({})).toMatchObject({ kind: 'retry', why: expect.stringMatching(/self.signed certificate/) })
})

test.skipIf(!hasCertificate)('a client certificate is shown', async () => {
  expect(await send({ ca: cert, cert, key })).toMatchObject({ kind: 'accepted', body: Buffer.from('localhost') })
})

test.skipIf(!hasCertificate)('a file that is not there refuses the batch with its path', async () => {
  await expect(send({ ca: join(folder, 'none.pem') })).rejects.toThrow(/none\.pem/)
})
