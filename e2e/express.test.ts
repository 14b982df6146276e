import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { LogsAnswer, MetricsAnswer, ServicesAnswer, TraceAnswer, TracesAnswer } from '@wakeline/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanEnv, eventually, lastMinutes, type RunningServer, root, startServer } from './server.ts'

/** A real Express app with the unmodified OpenTelemetry packages, pointed at the OTLP port. */

const register = createRequire(join(root, 'examples/shop/package.json')).resolve(
  '@opentelemetry/auto-instrumentations-node/register',
)

let server: RunningServer
let app: ChildProcess

beforeAll(async () => {
  server = await startServer()
  app = fork(join(root, 'e2e/fixtures/express-app.cjs'), [], {
    execArgv: ['--require', register],
    env: {
      ...cleanEnv(),
      OTEL_SERVICE_NAME: 'guest-book',
      // Not asking every cloud whether this is one of its machines.
      OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process,serviceinstance',
      OTEL_RESOURCE_ATTRIBUTES: 'service.version=4.5.6',
      OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpHttp,
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      OTEL_METRIC_EXPORT_TIMEOUT: '400',
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_BLRP_SCHEDULE_DELAY: '200',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const port = await new Promise<number>((resolve) =>
    app.once('message', (message: { port: number }) => resolve(message.port)),
  )
  for (const path of ['/greet/ada', '/greet/grace', '/broken', '/nowhere'])
    await fetch(`http://127.0.0.1:${port}${path}`)
})

afterAll(async () => {
  app?.kill('SIGKILL')
  await server?.stop()
})

describe('an Express app with the unmodified OpenTelemetry packages', () => {
  test('appears among the services with its requests and errors', async () => {
    const { services } = await eventually(
      () => server.ask<ServicesAnswer>(`/services?${lastMinutes()}`),
      (answer) => answer.services.some(({ service, requests }) => service === 'guest-book' && requests >= 4),
    )
    expect(services).toMatchObject([{ service: 'guest-book', requests: 4, errors: 1 }])
  })

  test('shows a trace with route, status and Express spans', async () => {
    const { traces } = await eventually(
      () => server.ask<TracesAnswer>(`/traces?q=${encodeURIComponent('service:guest-book')}&${lastMinutes()}`),
      (answer) => answer.traces.length >= 4,
    )
    const trace = traces.find(({ rootName }) => rootName === 'GET /greet/:name')
    expect(trace).toBeDefined()
    const { spans, resources } = await server.ask<TraceAnswer>(`/traces/${trace?.traceId}`)
    const first = spans.find(({ parentSpanId }) => parentSpanId === '')
    expect(first).toMatchObject({ kind: 'server', attributes: { 'http.route': '/greet/:name' } })
    expect(resources[first?.resourceId ?? '']?.attributes).toMatchObject({ 'service.version': '4.5.6' })
  })

  test('shows its pino lines with the ids of their trace', async () => {
    const { records } = await eventually(
      () => server.ask<LogsAnswer>(`/logs?q=${encodeURIComponent('service:guest-book greeting')}&${lastMinutes()}`),
      (answer) => answer.records.length >= 2,
    )
    expect(records).toHaveLength(2)
    for (const record of records) {
      expect(record).toMatchObject({ body: 'greeting a guest', severity: 9, service: 'guest-book' })
      expect(record.traceId).toMatch(/^[0-9a-f]{32}$/)
    }
  })

  test('shows its metrics', async () => {
    const { metrics } = await eventually(
      () => server.ask<MetricsAnswer>(`/metrics?${lastMinutes()}`),
      (answer) => answer.metrics.some(({ metric }) => metric === 'http.server.request.duration'),
    )
    expect(metrics.find(({ metric }) => metric === 'http.server.request.duration')).toMatchObject({
      kind: 'histogram',
      unit: 's',
      services: ['guest-book'],
    })
  })
})
