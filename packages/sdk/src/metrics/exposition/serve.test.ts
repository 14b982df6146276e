import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { flush, meter, start, stop, trace } from '../../index.ts'
import { metricsHandler, serveMetrics } from '../../prometheus.ts'
import { listen } from '../../testing/listen.ts'
import { type OtlpCollector, startOtlpCollector } from '../../testing/otlp-collector.ts'

let collector: OtlpCollector

beforeAll(async () => {
  collector = await startOtlpCollector()
  start({ serviceName: 'shop', endpoint: collector.url, logOutput: 'none', instrument: { process: false } })
})
afterAll(async () => {
  await stop()
  await collector.stop()
})

test('a scrape of a port of its own has our metrics, those of dashboards, and is not traced', async () => {
  meter.counter('orders').add(3)
  const metrics = await serveMetrics({ port: 0 })
  const response = await fetch(metrics.url)
  const text = await response.text()
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(response.headers.get('content-encoding')).toBe('gzip')
  expect(text).toContain('\norders_total 3\n')
  for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds', 'nodejs_active_handles_total'])
    expect(text).toMatch(new RegExp(`^${name} [0-9.e-]+$`, 'm'))
  expect((await fetch(metrics.url.replace('/metrics', '/'))).status).toBe(404)
  await flush()
  expect(collector.spans.filter(({ kind }) => kind === 2)).toEqual([])
  await metrics.stop()
  await expect(fetch(metrics.url)).rejects.toThrow()
  // Asked for again where it is already: by OTEL_METRICS_EXPORTER, or a library.
  const port = Number(new URL(metrics.url).port)
  const [one, other] = await Promise.all([serveMetrics({ port }), serveMetrics({ port })])
  expect(other).toBe(one)
  await expect(serveMetrics({ port, path: '/other' })).rejects.toThrow(/^Cannot listen on 127.0.0.1:/)
  await other?.stop()
  await expect(fetch(metrics.url)).rejects.toThrow()
  await (await serveMetrics({ port })).stop()
})

test('a route of your app answers too; values measured in a span have its id as exemplar', async () => {
  const duration = meter.histogram('job.duration', { unit: 's' })
  const id = trace('job', (span) => {
    duration.record(0.3)
    return span.traceId
  })
  const handler = metricsHandler({ nodeNames: false })
  const server = createServer((request, response) => void handler(request, response))
  const url = `http://127.0.0.1:${await listen(server)}`
  const accept = 'application/openmetrics-text; version=1.0.0'
  const text = await (await fetch(url, { headers: { accept } })).text()
  expect(text).toContain(`job_duration_seconds_bucket{le="0.5"} 1 # {trace_id="${id}"`)
  expect(text).not.toContain('nodejs_')
  expect(text.endsWith('# EOF\n')).toBe(true)
  const posted = await fetch(url, { method: 'POST' })
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  server.close()
  server.closeAllConnections()
})

test('a port that is taken is said', async () => {
  const first = await serveMetrics({ port: 0 })
  await expect(serveMetrics({ port: Number(new URL(first.url).port) })).rejects.toThrow(
    /Cannot listen on 127\.0\.0\.1:\d+/,
  )
  await first.stop()
})
