/** Ways to send data, as lines to paste. They must stay what README and the SDK's documentation say. */
export type SetUp = {
  name: string
  title: string
  steps: { says: string; code: (to: Target) => string }[]
}

/** Where to send, OTLP over HTTP. */
export type Target = { endpoint: string; needsToken: boolean }

const defaultEndpoint = 'http://127.0.0.1:4318'

/** The SDK knows the usual address by itself. */
function environment({ endpoint, needsToken }: Target): string {
  const address = endpoint === defaultEndpoint ? '' : `OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint} `
  return address + (needsToken ? 'WAKELINE_TOKEN=<the token> ' : '')
}

/** As OpenTelemetry takes it, a line each. */
function otelEnvironment({ endpoint, needsToken }: Target): string[] {
  const token = 'OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20<the token>"'
  return [`OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}`, ...(needsToken ? [token] : [])]
}

/** One of each signal, so that all three ticks come. `.mjs`: it runs in a folder that says nothing of modules, too. */
const firstProgram = `import { log, meter, start, trace } from 'wakeline'

start({ serviceName: 'my-service' })

await trace('first steps', () => {
  meter.counter('steps').add(1)
  log.info('hello', { step: 1 })
})`

export const setUps: readonly [SetUp, ...SetUp[]] = [
  {
    name: 'SDK',
    title: 'Node, in code',
    steps: [
      { says: 'Install the SDK.', code: () => 'npm install wakeline' },
      { says: 'Start it in the first lines of the service; this is a whole one, app.mjs.', code: () => firstProgram },
      { says: 'Run it.', code: (to) => `${environment(to)}node app.mjs` },
    ],
  },
  {
    name: 'register',
    title: 'Node, no code',
    steps: [
      { says: 'Install the SDK.', code: () => 'npm install wakeline' },
      {
        says: 'Start the service with it: requests in and out are traced.',
        code: (to) => `${environment(to)}OTEL_SERVICE_NAME=my-service node --import wakeline/register app.js`,
      },
    ],
  },
  {
    name: 'express',
    title: 'Express + OpenTelemetry',
    steps: [
      {
        says: 'Install what OpenTelemetry publishes.',
        code: () => 'npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node',
      },
      {
        says: 'Start the app with it; nothing in the app changes.',
        code: (to) =>
          [
            'OTEL_SERVICE_NAME=my-service \\',
            ...otelEnvironment(to).map((line) => `${line} \\`),
            'OTEL_METRICS_EXPORTER=otlp OTEL_LOGS_EXPORTER=otlp \\',
            'node --require @opentelemetry/auto-instrumentations-node/register app.js',
          ].join('\n'),
      },
    ],
  },
  {
    name: 'otel',
    title: 'Already on OpenTelemetry',
    steps: [
      {
        says: 'Point the exporter of any language here: OTLP over HTTP, protobuf or JSON.',
        code: (to) => [...otelEnvironment(to), 'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf'].join('\n'),
      },
    ],
  },
]
