import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { listen } from './listen.ts'

/** A backend whose certificate nobody trusts who was not given it; it is also the one to show. */
export interface TlsBackend {
  readonly url: string
  /** PEM files. */
  readonly key: string
  readonly cert: string
  /** Of each request its path, and the name in the certificate of who sent it. */
  readonly requests: { path: string; client: string }[]
  stop(): void
}

/** Undefined without openssl, which is said: such tests are skipped. */
export async function startTlsBackend(): Promise<TlsBackend | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'wakeline-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', cert],
  ])
  if (made.status !== 0) {
    console.error('SKIPPED: openssl is not installed')
    rmSync(folder, { recursive: true })
    return undefined
  }
  const requests: TlsBackend['requests'] = []
  const [keyPem, certPem] = [readFileSync(key), readFileSync(cert)]
  const options = { key: keyPem, cert: certPem, ca: certPem, requestCert: true, rejectUnauthorized: false }
  const server = createServer(options, (request, response) => {
    const client = String((request.socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody')
    requests.push({ path: request.url ?? '', client })
    request.resume()
    response.end(client)
  })
  return {
    url: `https://localhost:${await listen(server)}`,
    key,
    cert,
    requests,
    stop: () => {
      server.closeAllConnections()
      server.close()
      rmSync(folder, { recursive: true })
    },
  }
}
