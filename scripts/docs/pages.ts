import packageJson from '../../packages/server/package.json' with { type: 'json' }
import { openApiDocument } from '../../packages/server/src/api/openapi.ts'
import { optionsPage } from '../../packages/server/src/cli/help.ts'
import { answerSchemas } from './answer-schemas.ts'
import { searchPage } from './search-page.ts'

/** Pages made from the source they describe: path and text. */
export const pages: Readonly<Record<string, () => string>> = {
  'docs/reference/options.md': optionsPage,
  'docs/reference/search.md': searchPage,
  'packages/server/src/api/openapi.json': openApiPage,
}

/** The server answers with this file at /api/v1/openapi.json. */
function openApiPage(): string {
  return `${JSON.stringify(openApiDocument(packageJson.version, answerSchemas()), null, 2)}\n`
}
