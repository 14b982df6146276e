/**
 * `node http-server.cjs bare|ours|automatic|peers http|express`: answers `{"id":"42"}`, once bare, once with logs (one
 * line a request), metrics and traces by the SDK (WAKELINE_FOLDER, as it is published) and its middleware, once with
 * the SDK's start() alone (no lines), once by what is used today.
 * Sends { port } to its parent, and its CPU time in microseconds when asked.
 */
const { createServer } = require('node:http')
const { join } = require('node:path')
const [, , set, framework] = process.argv

const sets = { bare: () => ({}), ours, automatic, peers }
const { middleware, handled } = sets[set]()
const server = framework === 'http' ? plainServer() : expressServer()
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send({ cpuMicroseconds: user + system })
})

function automatic() {
  const { start } = require(join(process.env.WAKELINE_FOLDER, 'index.cjs'))
  start({ serviceName: 'bench', endpoint: process.env.OTEL_EXPORTER_OTLP_ENDPOINT, logOutput: 'json' })
  return {}
}

function ours() {
  automatic()
  return { middleware: require(join(process.env.WAKELINE_FOLDER, `${framework}.cjs`)).requests() }
}

/** Traces by --require @opentelemetry/auto-instrumentations-node/register, in the arguments of this process. */
function peers() {
  const { Histogram } = require('prom-client')
  const pino = require('pino')
  const logger = pino(pino.destination(1))
  const duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP server requests.',
    labelNames: ['method', 'route', 'status'],
  })
  const handled = (request, response, route) => {
    const end = duration.startTimer({ method: request.method, route })
    response.on('finish', () => {
      end({ status: response.statusCode })
      logger.info({ method: request.method, path: request.url, status: response.statusCode }, 'request completed')
    })
  }
  return { handled }
}

function plainServer() {
  const answer = (request, response) => {
    handled?.(request, response, '/users/:id')
    response.setHeader('content-type', 'application/json')
    response.end('{"id":"42"}')
  }
  if (middleware === undefined) return createServer(answer)
  return createServer((request, response) => middleware(request, response, () => answer(request, response)))
}

function expressServer() {
  const express = require('express')
  const app = express()
  if (middleware !== undefined) app.use(middleware)
  app.get('/users/:id', (request, response) => {
    handled?.(request, response, '/users/:id')
    response.json({ id: request.params.id })
  })
  return createServer(app)
}
