import { expect, test } from 'vitest'
import { readSettings, type Settings } from './options.ts'
import type { StartOptions } from './public.ts'

function read(given: StartOptions, env: Record<string, string> = {}): { settings: Settings; wrong: string[] } {
  const wrong: string[] = []
  const sources = {
    env,
    isTerminal: false,
    package: { name: 'from-package', version: '9.9.9' },
    wrong: (text: string) => wrong.push(text),
  }
  return { settings: readSettings(given, sources), wrong }
}

test.each<[string, StartOptions, Record<string, string>, Partial<Settings>]>([
  [
    'nothing',
    {},
    {},
    {
      serviceName: 'from-package',
      serviceVersion: '9.9.9',
      logLevel: 'info',
      logOutput: 'json',
      gzip: false,
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
    'sampler',
    {},
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' },
    { sampler: { ratio: 0.25, parentBased: false } },
  ],
  [
    'endpoint',
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://h:1/', OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://l:2/x' },
    { urls: { traces: 'http://h:1/v1/traces', metrics: 'http://h:1/v1/metrics', logs: 'http://l:2/x' } },
  ],
  [
    'our endpoint first',
    {},
    { WAKELINE_ENDPOINT: 'https://w', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://h:1' },
    { urls: { traces: 'https://w/v1/traces', metrics: 'https://w/v1/metrics', logs: 'https://w/v1/logs' } },
  ],
  [
    'token and headers',
    { token: 't' },
    { OTEL_EXPORTER_OTLP_HEADERS: 'a=b%20c,d=e' },
    { headers: { a: 'b c', d: 'e', authorization: 'Bearer t' } },
  ],
  [
    'switched off',
    {},
    { OTEL_SDK_DISABLED: 'TRUE', OTEL_LOGS_EXPORTER: 'none' },
    { disabled: true, exported: { traces: true, metrics: true, logs: false } },
  ],
])('options: %s', (_, given, env, expected) => {
  const { settings, wrong } = read(given, env)
  expect(settings).toMatchObject(expected)
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
  [{ headers: { 'a b': 'c' } }, {}, /Cannot send the export header "a b"/],
])('options: what cannot be used is said: %o %o', (given, env, sentence) => {
  expect(read(given, env).wrong.join('\n')).toMatch(sentence)
})
