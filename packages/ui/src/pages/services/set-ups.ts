/** Ways to send data, as lines to paste. They must stay what README and the SDK's documentation say. */
export type SetUp = {
  name: string
  title: string
  steps: { says: string; code: (otlpHttpEndpoint: string) => string }[]
}

const defaultEndpoint = 'http://127.0.0.1:4318'

/** The SDK knows the usual address by itself. */
function environment(endpoint: string): string {
  return endpoint === defaultEndpoint ? '' : `OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint} `
}

export const setUps: readonly [SetUp, ...SetUp[]] = [
  {
    name: 'SDK',
    title: 'Node, in code',
    steps: [
      { says: 'Install the SDK.', code: () => 'npm install wakeline' },
      {
        says: 'Start it in the first lines of the service.',
        code: (endpoint) =>
          endpoint === defaultEndpoint
            ? "import { log, start } from 'wakeline'\n\nstart({ serviceName: 'my-service' })\nlog.info('hello')"
            : `import { log, start } from 'wakeline'\n\n// OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}\nstart({ serviceName: 'my-service' })\nlog.info('hello')`,
      },
    ],
  },
  {
    name: 'register',
    title: 'Node, no code',
    steps: [
      { says: 'Install the SDK.', code: () => 'npm install wakeline' },
      {
        says: 'Start the service with it: requests in and out are traced.',
        code: (endpoint) =>
          `${environment(endpoint)}OTEL_SERVICE_NAME=my-service node --import wakeline/register app.js`,
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
        code: (endpoint) =>
          [
            'OTEL_SERVICE_NAME=my-service \\',
            `OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint} \\`,
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
        code: (endpoint) => `OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}\nOTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`,
      },
    ],
  },
]
