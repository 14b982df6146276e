import { readFile } from 'node:fs/promises'
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp, STATUS_CODES } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { ScrapeConfig, ScrapeProtocol, Secret } from './config.ts'

/** What a target said. `heldBytes` are to be given back to the budget when the body is done with. */
export type Fetched = { contentType: string; body: Uint8Array; heldBytes: number }
export type FetchFailed = { failed: string }

/** What bodies are held in memory at once, of scrapes and of receivers together. */
export type Budget = { take(bytes: number): boolean; give(bytes: number): void }

export type FetchOptions = {
  url: string
  timeoutMs: number
  /** Expanded. */
  bodySizeMaxBytes: number
  budget: Budget
  signal: AbortSignal
}

const mediaTypes: Readonly<Record<ScrapeProtocol, string>> = {
  PrometheusProto:
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;escaping=allow-utf-8',
  'OpenMetricsText1.0.0': 'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8',
  'OpenMetricsText0.0.1': 'application/openmetrics-text;version=0.0.1',
  'PrometheusText1.0.0': 'text/plain;version=1.0.0;escaping=allow-utf-8',
  'PrometheusText0.0.4': 'text/plain;version=0.0.4',
}

/** Falling by a tenth from the first to the last, and then anything, as Prometheus writes it. */
function acceptHeader(protocols: readonly ScrapeProtocol[]): string {
  const weight = (index: number): string => `q=0.${protocols.length + 1 - index}`
  return [
    ...protocols.map((each, index) => `${mediaTypes[each]};${weight(index)}`),
    `*/*;${weight(protocols.length)}`,
  ].join(',')
}

const redirectsMax = 10

/** Asks the targets of one scrape config, over connections that are kept. */
export class TargetFetcher {
  readonly #config: ScrapeConfig
  readonly #http = new HttpAgent({ keepAlive: true })
  #https: HttpsAgent | undefined

  constructor(config: ScrapeConfig) {
    this.#config = config
  }

  /** Never throws: what went wrong is a sentence. */
  async fetch(options: FetchOptions): Promise<Fetched | FetchFailed> {
    const timeout = AbortSignal.timeout(options.timeoutMs)
    const signal = AbortSignal.any([options.signal, timeout])
    try {
      return await this.#follow(options, signal)
    } catch (error) {
      if (timeout.aborted) return { failed: `it took longer than the timeout of ${options.timeoutMs} ms` }
      return { failed: reasonOf(error) }
    }
  }

  async #follow(options: FetchOptions, signal: AbortSignal): Promise<Fetched | FetchFailed> {
    let url = new URL(options.url)
    let headers = await this.#headers(options)
    for (let redirects = 0; ; redirects += 1) {
      const response = await this.#ask(url, headers, signal)
      const { statusCode = 0 } = response
      const location = response.headers.location
      const isRedirect = [301, 302, 303, 307, 308].includes(statusCode) && location !== undefined
      if (!isRedirect || !this.#config.followsRedirects) return await readAnswer(response, options, signal)
      response.resume()
      if (redirects === redirectsMax) return { failed: `it redirected more than ${redirectsMax} times` }
      const next = new URL(location, url)
      if (next.protocol !== 'http:' && next.protocol !== 'https:')
        return { failed: `it redirected to ${next.protocol}` }
      // A secret is for the host it was given for.
      if (next.host !== url.host) headers = { ...headers, authorization: '' }
      url = next
    }
  }

  async #ask(
    url: URL,
    { authorization = '', ...headers }: Record<string, string>,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const isSecure = url.protocol === 'https:'
    const agent = isSecure ? await this.#secureAgent() : this.#http
    const all = authorization === '' ? headers : { ...headers, authorization }
    return await new Promise((resolve, reject) => {
      const request = (isSecure ? requestHttps : requestHttp)(url, { agent, headers: all, signal })
      request.once('response', resolve).once('error', reject).end()
    })
  }

  async #secureAgent(): Promise<HttpsAgent> {
    if (this.#https !== undefined) return this.#https
    const { caPath, certPath, keyPath, serverName, isUnchecked } = this.#config.tls
    const read = async (path: string): Promise<Buffer | undefined> => (path === '' ? undefined : await readFile(path))
    const [ca, cert, key] = await Promise.all([read(caPath), read(certPath), read(keyPath)])
    this.#https = new HttpsAgent({
      keepAlive: true,
      rejectUnauthorized: !isUnchecked,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(serverName === '' ? {} : { servername: serverName }),
    })
    return this.#https
  }

  async #headers({ timeoutMs }: FetchOptions): Promise<Record<string, string>> {
    const { authorization, headers, isCompressed, protocols } = this.#config
    const all: Record<string, string> = {
      accept: acceptHeader(protocols),
      'accept-encoding': isCompressed ? 'gzip' : 'identity',
      'user-agent': 'Wakeline',
      'x-prometheus-scrape-timeout-seconds': String(timeoutMs / 1000),
      ...headers,
    }
    if (authorization?.kind === 'other')
      all['authorization'] = `${authorization.type} ${await readSecret(authorization.credentials)}`
    else if (authorization !== undefined) {
      const pair = `${await readSecret(authorization.username)}:${await readSecret(authorization.password)}`
      all['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`
    }
    return all
  }

  close(): void {
    this.#http.destroy()
    this.#https?.destroy()
  }
}

async function readSecret(secret: Secret): Promise<string> {
  return 'text' in secret ? secret.text : (await readFile(secret.path, 'utf8')).trim()
}

async function readAnswer(
  response: IncomingMessage,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<Fetched | FetchFailed> {
  const { statusCode = 0, headers } = response
  if (statusCode !== 200) {
    response.resume()
    return { failed: `server returned HTTP status ${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trimEnd() }
  }
  const isGzip = (headers['content-encoding'] ?? '').toLowerCase() === 'gzip'
  const body = await readAll(response, isGzip, options, signal)
  return 'failed' in body ? body : { contentType: headers['content-type'] ?? '', ...body }
}

async function readAll(
  response: IncomingMessage,
  isGzip: boolean,
  { bodySizeMaxBytes, budget }: FetchOptions,
  signal: AbortSignal,
): Promise<{ body: Uint8Array; heldBytes: number } | FetchFailed> {
  const stream: Readable = isGzip ? response.pipe(createGunzip()) : response
  if (isGzip) response.once('error', (error) => stream.destroy(error))
  const stop = (): void => void stream.destroy(new Error('it was given up'))
  signal.addEventListener('abort', stop, { once: true })
  const chunks: Buffer[] = []
  let held = 0
  let isKept = false
  try {
    for await (const read of stream) {
      const chunk = Buffer.from(read)
      if (held + chunk.length > bodySizeMaxBytes)
        return { failed: `its body is larger than ${bodySizeMaxBytes} bytes, the limit (body_size_limit)` }
      if (!budget.take(chunk.length)) return { failed: 'the bodies being received fill the memory kept for them' }
      held += chunk.length
      chunks.push(chunk)
    }
    isKept = true
    return { body: Buffer.concat(chunks), heldBytes: held }
  } finally {
    if (!isKept) budget.give(held)
    signal.removeEventListener('abort', stop)
    response.destroy()
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}
