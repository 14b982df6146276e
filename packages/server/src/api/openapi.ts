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
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

/** As they are written in a URL: text, of which the schema's pattern says what it may be. */
function queryParameters(input: z.ZodType): object[] {
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input' })
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(isArray(schema) ? { style: 'form', explode: true } : {}),
    schema,
  }))
}

function isArray(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'array'
}
