import pino from 'pino'

// node pino.mjs, told by the variables of OpenTelemetry where to send.
const transport = pino.transport({ target: 'pino-opentelemetry-transport', options: { loggerName: 'pino' } })
const log = pino(transport)
transport.on('ready', () => {
  log.warn({ orderId: 42, req: { id: 'a' } }, 'stock is low')
  log.error(new Error('declined'), 'card declined')
  setTimeout(() => transport.end(), 1500)
})
