import { z } from 'zod'
import { type Endpoint, endpoints } from './endpoints.ts'

/**
 * The OpenAPI document of `/api/v1`: parameters from the schemas that check them, answers from `schemas`, which were made
 * from their types. Names in `schemas` are those of the types.
 */
export type JsonSchemas = Record<string, object>

export function openApiDocument(version: string, schemas: JsonSchemas): object {
  const paths = Object.entries(endpoints).map(([name, endpoint]): [string, object] => [
    `/api/v1${endpoint.path.replace(/:(\w+)/g, '{$1}')}`,
    { get: operation(name, endpoint, schemas) },
  ])
  return {
    openapi: '3.1.0',
    info: {
      title: 'Wakeline',
      version,
      description:
        'Times of ranges are Unix milliseconds, the last hour where none is given; times of records Unix nanoseconds as decimal text. Where the server has a token, send it as a bearer token.',
    },
    paths: Object.fromEntries(paths),
    components: {
      schemas,
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    security: [{}, { token: [] }],
  }
}

function operation(
  name: string,
  endpoint: Omit<Endpoint<unknown>, 'input'> & { input: z.ZodType },
  schemas: JsonSchemas,
): object {
  if (!(endpoint.answer in schemas)) {
    throw new Error(`Cannot describe ${endpoint.path}: there is no type ${endpoint.answer} in the protocol`)
  }
  const json = (type: string) => ({ 'application/json': { schema: { $ref: `#/components/schemas/${type}` } } })
  return {
    operationId: name,
    summary: endpoint.sentence,
    parameters: [...pathParameters(endpoint.path), ...queryParameters(endpoint.input)],
    responses: {
      200: { description: endpoint.sentence, content: json(endpoint.answer) },
      default: { description: 'Why there is no answer.', content: json('ApiError') },
    },
  }
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    description: sentenceOf(name ?? ''),
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

/** What each parameter says; one name means the same wherever it stands. */
const parameterSentences: Readonly<Record<string, string>> = {
  from: 'Start of the time, Unix milliseconds; an hour before its end where it is left out.',
  to: 'End of the time, Unix milliseconds; now where it is left out.',
  q: 'A search, as docs/guide/search.md says: words, "phrases", key:value, level>=warn. Empty matches all.',
  cursor: 'The `nextCursor` of the page before.',
  order: 'What comes first.',
  limit: 'Most of them in one page.',
  traces: 'Most traces in the sample.',
  service: 'Name of a service.',
  operation: 'Name of an operation, as its spans have it; empty for all.',
  backMs: 'How many milliseconds earlier the time before lies; right before where it is left out.',
  traceId: '32 hex digits.',
  time: 'The `timeUnixNano` of a log record.',
  resource: 'The `resourceId` of a log record.',
  before: 'Lines before it.',
  after: 'Lines after it.',
  chosen: 'The spans that are held against the others, as a search; without it the slowest twentieth.',
  buckets: 'About how many steps the time is cut into.',
  signal: 'What is searched.',
  of: 'The question that is explained.',
  sql: 'The SELECT to run.',
  search: 'A part of the name or the description of a metric.',
  metric: 'Name of a metric.',
  stepMs: 'Length of a step in milliseconds; chosen by the time where it is left out.',
  aggregation: 'How the points of a group and step are joined; chosen by the kind of metric where it is left out.',
  by: 'Key of a label that series are told apart by; may be repeated.',
  filter: 'key:value that series must have; may be repeated.',
  expression: 'PromQL, as under `expr` of an alert.',
  holdMs: '`for` of the alert, in milliseconds.',
  keepFiringMs: '`keep_firing_for` of the alert, in milliseconds.',
  intervalMs: 'Between two evaluations, in milliseconds.',
  zoneOffsetMs: 'What is added to UTC for the clock that nights are told by, in milliseconds.',
  prefix: 'What they start with.',
  id: 'The id of a dashboard.',
  key: 'The key whose values are asked for.',
}

function sentenceOf(name: string): string {
  const sentence = parameterSentences[name]
  if (sentence === undefined) throw new Error(`Cannot describe the parameter "${name}": it has no sentence`)
  return sentence
}

/** As they are written in a URL: text, of which the schema's pattern says what it may be. */
function queryParameters(input: z.ZodType): object[] {
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input' })
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    description: sentenceOf(name),
    in: 'query',
    required: required.includes(name),
    ...(isArray(schema) ? { style: 'form', explode: true } : {}),
    schema,
  }))
}

function isArray(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'array'
}
