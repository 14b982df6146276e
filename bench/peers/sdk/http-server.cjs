/**
 * `node http-server.cjs bare|ours|peers http|express`: answers `{"id":"42"}`, once bare, once with logs (one line a
 * request), metrics and traces by the SDK (WAKELINE_ENTRY, its built index.cjs), once by what is used today.
 * Sends { port } to its parent, and its CPU time in microseconds when asked.
 */
const { createServer } = require('node:http')
const [, , set, framework] = process.argv

const observers = { bare: () => () => {}, ours: observeWithOurs, peers: observeWithPeers }
const observe = observers[set]()
const server = framework === 'http' ? bareServer() : expressServer()
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send({ cpuMicroseconds: user + system })
})

function observeWithOurs() {
  const { log, start } = require(process.env.WAKELINE_ENTRY)
  start({ serviceName: 'bench', endpoint: process.env.OTEL_EXPORTER_OTLP_ENDPOINT, logOutput: 'json' })
  return (request, response) => {
    log.info('request completed', { method: request.method, path: request.url, status: response.statusCode })
  }
}

/** Traces by --require @opentelemetry/auto-instrumentations-node/register, in the arguments of this process. */
function observeWithPeers() {
  const { Histogram } = require('prom-client')
  const pino = require('pino')
  const logger = pino(pino.destination(1))
  const duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP server requests.',
    labelNames: ['method', 'route', 'status'],
  })
  return (request, response, route) => {
    const end = duration.startTimer({ method: request.method, route })
    response.on('finish', () => {
      end({ status: response.statusCode })
      logger.info({ method: request.method, path: request.url, status: response.statusCode }, 'request completed')
    })
  }
}

function bareServer() {
  return createServer((request, response) => {
    observe(request, response, '/users/:id')
    response.setHeader('content-type', 'application/json')
    response.end('{"id":"42"}')
  })
}

function expressServer() {
  const express = require('express')
  const app = express()
  app.get('/users/:id', (request, response) => {
    observe(request, response, '/users/:id')
    response.json({ id: request.params.id })
  })
  return createServer(app)
}
