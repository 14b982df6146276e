import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseExpression } from '../packages/server/src/query/promql/parse/parse.ts'
import { printExpression } from '../packages/server/src/query/promql/parse/print.ts'
import { type Case, caseOf } from './suite.ts'

/** Which texts are PromQL, what is wrong with those that are not, and how expressions are printed. */
type ParseCase = { query: string; valid: boolean; error?: string }
type PrintCase = { in: string; out: string }

export async function runPromqlParse(directory: string): Promise<Case[]> {
  const parseCases = await readCases<ParseCase>(join(directory, 'parse.json'))
  const printCases = await readCases<PrintCase>(join(directory, 'print.json'))
  return [...parseCases.map(parseCase), ...printCases.map(printCase)]
}

async function readCases<Kind>(path: string): Promise<Kind[]> {
  return existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) : []
}

function parseCase({ query, valid, error = '' }: ParseCase): Case {
  const name = `parse ${JSON.stringify(query)}`
  const parsed = parseExpression(query)
  if (parsed.kind !== 'parse-error') return caseOf(name, valid ? '' : `is read, and should be refused: ${error}`)
  if (valid) return caseOf(name, parsed.sentence)
  return caseOf(name, parsed.message.includes(error) ? '' : `${parsed.sentence}, and should say: ${error}`)
}

/** What is printed must also read back as the same expression. */
function printCase({ in: text, out }: PrintCase): Case {
  const name = `print ${JSON.stringify(text)}`
  const parsed = parseExpression(text)
  if (parsed.kind === 'parse-error') return caseOf(name, parsed.sentence)
  const printed = printExpression(parsed)
  if (printed !== out) return caseOf(name, `is printed as ${printed}`)
  const again = parseExpression(printed)
  const shape = (value: unknown): string =>
    JSON.stringify(value, (key, each: unknown) => (key === 'position' ? undefined : each))
  return caseOf(name, shape(again) === shape(parsed) ? '' : 'does not read back as it was')
}
