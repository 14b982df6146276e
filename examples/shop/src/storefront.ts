import express, { type NextFunction, type Request, type Response } from 'express'
import pino from 'pino'
import { catalogue } from './catalogue.ts'

/**
 * The shop's face: an ordinary Express app with pino, as thousands of them are. It knows nothing of Wakeline; the
 * unmodified OpenTelemetry packages are loaded before it (services.ts) and see what it does.
 */

// Lines go to nowhere but OpenTelemetry, which takes them from pino on their way.
const log = pino({ level: 'info' }, { write: () => {} })
const addresses: Record<string, string> = {}
const app = express()
app.use(express.json())

app.get('/products', async (_request, response) => {
  const { status, body } = await call('inventory', 'GET', '/stock')
  log.info({ products: catalogue.length }, 'products listed')
  response.status(status).json(body)
})

app.get('/products/:sku', async (request, response) => {
  const { status, body } = await call('inventory', 'GET', `/stock/${encodeURIComponent(request.params.sku)}`)
  if (status === 404) log.warn({ sku: request.params.sku, referrer: request.get('referer') }, 'product page not found')
  response.status(status).json(body)
})

app.get('/search', async (request, response) => {
  const words = String(request.query['q'] ?? '')
  const startMs = performance.now()
  const { status, body } = await call('inventory', 'GET', `/search?q=${encodeURIComponent(words)}`)
  const tookMs = Math.round(performance.now() - startMs)
  if (tookMs > 300) log.warn({ words, tookMs }, 'slow search')
  response.status(status).json(body)
})

app.post('/checkout', async (request, response) => {
  const user = request.get('x-user-id')
  const { status, body } = await call('checkout', 'POST', '/orders', request.body)
  if (status >= 500) log.error({ user, status }, 'checkout failed')
  else log.info({ user, status }, 'checkout answered')
  response.status(status).json(body)
})

app.use((error: Error, request: Request, response: Response, _next: NextFunction) => {
  log.error({ err: error, path: request.path }, 'request failed')
  response.status(500).json({ error: 'internal error' })
})

async function call(
  service: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${addresses[service]}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(8000),
  })
  return { status: response.status, body: await response.json() }
}

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') process.send?.({ port: address.port })
})
process.on('message', (message: { addresses?: Record<string, string> }) => Object.assign(addresses, message.addresses))

// OpenTelemetry's own handler of SIGTERM sends what it holds; the process ends when nothing is left to do.
function stop(): void {
  server.close()
  server.closeAllConnections()
  if (process.connected) process.disconnect()
  setTimeout(() => process.exit(0), 3000).unref()
}
process.once('SIGTERM', stop)
process.once('disconnect', stop)
