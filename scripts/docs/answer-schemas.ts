import { join } from 'node:path'
import { createGenerator } from 'ts-json-schema-generator'
import type { JsonSchemas } from '../../packages/server/src/api/openapi.ts'

const path = join(import.meta.dirname, '../../packages/protocol/src/api.ts')

/** JSON Schemas of the types that `/api/v1` answers with, by their names. */
export function answerSchemas(): JsonSchemas {
  const { definitions = {} } = createGenerator({ path, skipTypeCheck: true }).createSchema()
  return JSON.parse(JSON.stringify(definitions).replaceAll('#/definitions/', '#/components/schemas/'))
}
