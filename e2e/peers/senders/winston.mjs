import winston from 'winston'
import LokiTransport from 'winston-loki'

// node winston.mjs ENDPOINT SERVICE
const [endpoint, service] = process.argv.slice(2)
const transport = new LokiTransport({
  host: `${endpoint}`,
  basicAuth: undefined,
  labels: { app: service },
  json: true,
  batching: false,
  replaceTimestamp: true,
})
const log = winston.createLogger({ level: 'debug', transports: [transport] })
log.warn('stock is low', { orderId: 42 })
log.error('card declined')
await transport.flush?.()
setTimeout(() => process.exit(0), 1500)
