import { startDeploys } from './deploys.ts'
import { startLoad } from './load.ts'
import { startServices } from './services.ts'

/**
 * A small shop of four services under a steady load, and a bad deploy every few minutes.
 *
 *   load -> storefront (Express, unmodified OpenTelemetry)
 *             |-> inventory   (wakeline)
 *             `-> checkout    (wakeline)
 *                   |-> inventory
 *                   `-> payments (wakeline), deployed anew every few minutes
 *
 * Telemetry goes to OTEL_EXPORTER_OTLP_ENDPOINT (default http://127.0.0.1:4318). Every port is a free one.
 */

const requestsPerSecond = Number(process.env['SHOP_REQUESTS_PER_SECOND'] ?? 20)
const deployIntervalMs = Number(process.env['SHOP_DEPLOY_INTERVAL_SECONDS'] ?? 240) * 1000

const services = await startServices()
const load = startLoad({ url: services.storefrontUrl, requestsPerSecond })
const deploys = startDeploys({ services, intervalMs: deployIntervalMs })
console.log(`The shop is open at ${services.storefrontUrl}, ${requestsPerSecond} requests a second; Ctrl-C closes it.`)

let stopping = false
async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  deploys.stop()
  await load.stop()
  await services.stop()
  process.exit(0)
}
for (const event of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.on(event, stop)
