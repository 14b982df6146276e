import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readSettings, type Settings } from './options.ts'
import type { StartOptions } from './public.ts'

function read(given: StartOptions, env: Record<string, string> = {}): { settings: Settings; wrong: string[] } {
  const wrong: string[] = []
  const sources = {
    env,
    isTerminal: false,
    package: { name: 'from-package', version: '9.9.9' },
    // As the SDK says it: one sentence once, whichever signals it is about.
    wrong: (text: string) => wrong.includes(text) || wrong.push(text),
  }
  return { settings: readSettings(given, sources), wrong }
}

/** As much of the settings as a case is about; `urls` of traces, logs and metrics. */
type Expected = { [name: string]: unknown; urls?: string[] }

test.each<[string, StartOptions, Record<string, string>, Expected]>([
  [
    'nothing',
    {},
    {},
    {
      serviceName: 'from-package',
      serviceVersion: '9.9.9',
      logLevel: 'info',
      logOutput: 'json',
      sampler: { ratio: 1, parentBased: true },
    },
  ],
  [
    'name by environment',
    {},
    { OTEL_SERVICE_NAME: 'a', OTEL_RESOURCE_ATTRIBUTES: 'service.name=b' },
    { serviceName: 'a' },
  ],
  [
    'name by resource',
    {},
    { OTEL_RESOURCE_ATTRIBUTES: 'service.name=b,service.version=1,x=a%2Cb' },
    { serviceName: 'b', serviceVersion: '1' },
  ],
  [
    'code over environment',
    { serviceName: 'c', sampleRatio: 0.5 },
    { OTEL_SERVICE_NAME: 'a', OTEL_TRACES_SAMPLER: 'always_off' },
    { serviceName: 'c', sampler: { ratio: 0.5, parentBased: true } },
  ],
  [
    'levels by logger',
    {},
    { WAKELINE_LOG_LEVEL: 'warn,db=debug, http.* = TRACE' },
    {
      logLevel: 'warn',
      logRules: [
        ['db', 'debug'],
        ['http.*', 'trace'],
      ],
    },
  ],
  [
    'sampler',
    {},
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' },
    { sampler: { ratio: 0.25, parentBased: false } },
  ],
  [
    'endpoint',
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://h:1/', OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://l:2/x' },
    { urls: ['http://h:1/v1/traces', 'http://l:2/x', 'http://h:1/v1/metrics'] },
  ],
  [
    'our endpoint first',
    {},
    { WAKELINE_ENDPOINT: 'https://w', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://h:1' },
    { urls: ['https://w/v1/traces', 'https://w/v1/logs', 'https://w/v1/metrics'] },
  ],
  [
    'token and headers',
    { token: 't' },
    { OTEL_EXPORTER_OTLP_HEADERS: 'a=b%20c,d=e' },
    { targets: { logs: { headers: { a: 'b c', d: 'e', authorization: 'Bearer t' } } } },
  ],
  [
    'variables of one signal go over those of all',
    {},
    {
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1',
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'b=2',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: 'none',
      OTEL_EXPORTER_OTLP_TIMEOUT: '5000',
      OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: '700',
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_CERTIFICATE: 'ca.pem',
      OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE: 'logs.pem',
      OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY: 'key.pem',
      OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE: 'cert.pem',
    },
    {
      targets: {
        traces: {
          headers: { a: '1' },
          gzip: true,
          timeoutMs: 5000,
          json: false,
          tls: { ca: 'ca.pem', cert: undefined, key: undefined },
        },
        logs: { headers: { b: '2' }, gzip: false, timeoutMs: 700, json: true, tls: { ca: 'logs.pem' } },
        metrics: { tls: { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' } },
      },
    },
  ],
  [
    'delays and times of what feeds the exporters: the shorter time holds',
    {},
    {
      OTEL_BSP_SCHEDULE_DELAY: '2000',
      OTEL_BLRP_SCHEDULE_DELAY: '300',
      OTEL_METRIC_EXPORT_INTERVAL: '4000',
      OTEL_BSP_EXPORT_TIMEOUT: '30000',
      OTEL_BLRP_EXPORT_TIMEOUT: '400',
      OTEL_METRIC_EXPORT_TIMEOUT: '500',
    },
    {
      targets: {
        traces: { intervalMs: 2000, timeoutMs: 10_000 },
        logs: { intervalMs: 300, timeoutMs: 400 },
        metrics: { intervalMs: 4000, timeoutMs: 500 },
      },
    },
  ],
  [
    'delays and times in code, over variables',
    { batchDelayMs: 50, exportTimeoutMs: 60_000, metricIntervalMs: 200 },
    { OTEL_BSP_SCHEDULE_DELAY: '2000', OTEL_BLRP_EXPORT_TIMEOUT: '400', OTEL_METRIC_EXPORT_INTERVAL: '4000' },
    {
      targets: {
        traces: { intervalMs: 50, timeoutMs: 60_000 },
        logs: { intervalMs: 50, timeoutMs: 60_000 },
        metrics: { intervalMs: 200, timeoutMs: 60_000 },
      },
    },
  ],
  [
    'the delay of spans is none of logs',
    {},
    { OTEL_BSP_SCHEDULE_DELAY: '2000' },
    { targets: { traces: { intervalMs: 2000 }, logs: { intervalMs: 1000 } } },
  ],
  [
    'scraped, and nothing is pushed',
    {},
    { OTEL_METRICS_EXPORTER: 'prometheus' },
    { targets: { metrics: { to: [], served: true } }, exported: { metrics: false } },
  ],
  [
    'scraped and pushed',
    { export: { metrics: 'otlp,prometheus' } },
    {},
    { targets: { metrics: { to: ['otlp'], served: true } }, exported: { metrics: true } },
  ],
  [
    'exporters and propagators',
    { export: { logs: 'otlp,console' } },
    { OTEL_TRACES_EXPORTER: 'zipkin', OTEL_METRICS_EXPORTER: 'none', OTEL_PROPAGATORS: 'b3, baggage' },
    {
      targets: {
        traces: { to: ['zipkin'], url: 'http://localhost:9411/api/v2/spans' },
        logs: { to: ['otlp', 'console'] },
        metrics: { to: [] },
      },
      exported: { traces: true, logs: true, metrics: false },
      propagators: ['b3', 'baggage'],
    },
  ],
  [
    'limits of spans',
    { attributesMax: 7 },
    {
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '100',
      OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '50',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '0',
      OTEL_SPAN_LINK_COUNT_LIMIT: '3',
      OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '4',
      OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: '5',
    },
    {
      attributeLengthMax: 100,
      spanLimits: {
        stringMax: 50,
        attributesMax: 7,
        eventsMax: 0,
        linksMax: 3,
        eventAttributesMax: 4,
        linkAttributesMax: 5,
      },
    },
  ],
  [
    'limits of log records, and no exemplars',
    {},
    {
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '100',
      OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '50',
      OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '6',
      OTEL_METRICS_EXEMPLAR_FILTER: 'always_off',
    },
    { attributeLengthMax: 50, attributesMax: 6, spanLimits: { stringMax: 100, attributesMax: 128 }, exemplars: false },
  ],
  [
    'switched off',
    {},
    { OTEL_SDK_DISABLED: 'TRUE', OTEL_LOGS_EXPORTER: 'none' },
    { disabled: true, exported: { traces: true, metrics: true, logs: false } },
  ],
])('options: %s', (_, given, env, expected) => {
  const { settings, wrong } = read(given, env)
  const { traces, logs, metrics } = settings.targets
  expect({ ...settings, urls: [traces.url, logs.url, metrics.url] }).toMatchObject(expected)
  expect(wrong).toEqual([])
})

test.each<[StartOptions, Record<string, string>, RegExp]>([
  [{ batchDelayMs: -1 }, {}, /^Cannot use batchDelayMs=-1: it must be a number from 10 to 600000. Using 1000$/],
  [{}, { WAKELINE_BUFFER_MAX_BYTES: 'lots' }, /WAKELINE_BUFFER_MAX_BYTES=NaN/],
  [
    { endpoint: 'localhost:4318' },
    {},
    /Cannot export traces to localhost:4318\/v1\/traces: it is not an http or https URL/,
  ],
  [{ sampleRatio: 2 }, {}, /Cannot sample 2 of the traces/],
  [{}, { WAKELINE_LOG_LEVEL: 'loud' }, /Cannot use log level loud/],
  [{}, { OTEL_RESOURCE_ATTRIBUTES: 'a=1,b' }, /Cannot use OTEL_RESOURCE_ATTRIBUTES: its member 2/],
  [{}, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /http\/protobuf/],
  [{}, { OTEL_TRACES_EXPORTER: 'jaeger' }, /Cannot export traces to "jaeger": known are otlp, console, none, zipkin/],
  [{}, { OTEL_LOGS_EXPORTER: 'zipkin' }, /Cannot export logs to "zipkin"/],
  [{}, { OTEL_TRACES_EXPORTER: 'prometheus' }, /Cannot export traces to "prometheus"/],
  [{}, { OTEL_BLRP_EXPORT_TIMEOUT: 'soon' }, /^Cannot use OTEL_BLRP_EXPORT_TIMEOUT=NaN: .* Using 10000$/],
  [{ headers: { 'a b': 'c' } }, {}, /Cannot send the export header "a b"/],
])('options: what cannot be used is said: %o %o', (given, env, sentence) => {
  expect(read(given, env).wrong.join('\n')).toMatch(sentence)
})

const textOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

test('every option, and what can be switched off, stands in the table of the guide', () => {
  const [, table = ''] = textOf('../../../docs/guide/sdk.md').split('## Options')
  const [, options = ''] = /export interface StartOptions \{\n(.*?)\n\}\n/s.exec(textOf('./public.ts')) ?? []
  const names = [...options.matchAll(/^ {2}(?: {2})?(\w+)\??:/gm)].map(([, name]) => name ?? '')
  expect(names.length).toBeGreaterThan(30)
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(table))).toEqual([])
})

test('every OTEL variable that is read stands in the guide', () => {
  const guide = textOf('../../../docs/guide/exporting.md')
  const variables = new Set(textOf('./options.ts').match(/\bOTEL_[A-Z_]+[A-Z]\b(?!_?\$)/g))
  expect(variables.size).toBeGreaterThan(15)
  // `OTEL_TRACES_SAMPLER`, `_ARG` stand in one row.
  const isThere = (name: string) => guide.includes(`\`${name}\``) || guide.includes(`\`${/_[A-Z]+$/.exec(name)?.[0]}\``)
  expect([...variables].filter((name) => !isThere(name))).toEqual([])
})
