import { createServer, type IncomingMessage } from 'node:http'
import { log, stop as stopTelemetry } from 'wakeline'

/** The little of a web framework that the shop's own services need: routes, JSON in and out, addresses, a clean end. */

export type Answer = { status: number; body: unknown }
export type Handler = (input: { params: Record<string, string>; body: unknown; user: string }) => Promise<Answer>
export type Routes = Record<string, Handler>

const bodySizeMaxBytes = 100_000
const addresses: Record<string, string> = {}

/** `routes` are written `'GET /stock/:sku'`. Listens on a free port and tells it to whoever started the process. */
export function serve(routes: Routes): void {
  const matchers = Object.entries(routes).map(([route, handler]) => ({
    handler,
    path: route.split(' ')[1] ?? '',
    match: routeMatcher(route),
  }))
  const server = createServer(async (request, response) => {
    const answer = await respond(request, matchers).catch((error) => {
      log.error(error, 'request failed')
      return { status: 500, body: { error: 'internal error' } }
    })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address && typeof address === 'object') process.send?.({ port: address.port })
  })
  process.on('message', (message: { addresses?: Record<string, string> }) =>
    Object.assign(addresses, message.addresses),
  )
  const stop = (): void => {
    server.close()
    server.closeIdleConnections()
    // Callers keep connections open; what is in flight gets a moment, then the process ends and flushes.
    setTimeout(() => stopTelemetry().finally(() => process.exit(0)), 500)
  }
  process.once('SIGTERM', stop)
  process.once('disconnect', stop)
}

type Matcher = {
  handler: Handler
  path: string
  match: (method: string, path: string) => Record<string, string> | undefined
}

function routeMatcher(route: string): Matcher['match'] {
  const [method = '', pattern = ''] = route.split(' ')
  const names = [...pattern.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  const expression = new RegExp(`^${pattern.replace(/:\w+/g, '([^/]+)')}$`)
  return (givenMethod, path) => {
    const found = givenMethod === method ? expression.exec(path) : null
    return found
      ? Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]))
      : undefined
  }
}

async function respond(request: IncomingMessage, matchers: readonly Matcher[]): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  for (const { handler, path, match } of matchers) {
    const params = match(request.method ?? 'GET', url.pathname)
    if (!params) continue
    // Where frameworks leave the route they have chosen: the SDK names the span after it.
    Reflect.set(request, 'route', { path })
    const user = String(request.headers['x-user-id'] ?? '')
    return await handler({
      params: { ...Object.fromEntries(url.searchParams), ...params },
      body: await readJson(request),
      user,
    })
  }
  return { status: 404, body: { error: `no route ${request.method} ${url.pathname}` } }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > bodySizeMaxBytes) throw new Error(`Cannot read the request: its body is over ${bodySizeMaxBytes} bytes`)
    chunks.push(chunk)
  }
  return size === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString())
}

/** Calls another service of the shop at the address it has now. */
export async function call(service: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${addresses[service]}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(5000),
  })
  return { status: response.status, body: await response.json() }
}
