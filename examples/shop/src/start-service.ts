import { start } from 'wakeline'

/** What each of our services does before anything else; the endpoint comes from OTEL_EXPORTER_OTLP_ENDPOINT. */
export function startService(serviceName: string): { version: string } {
  const version = process.env['SHOP_VERSION'] ?? '0.0.0'
  start({ serviceName, serviceVersion: version, environment: 'demo', logOutput: 'none' })
  return { version }
}
