import { askExplain, type ExplainedStatement, threeDigits } from '@wakeline/protocol'
import { z } from 'zod'
import { searchInput } from './log-tools.ts'
import type { AddTool } from './mcp-server.ts'

export function addExplainTools(add: AddTool): void {
  const told = {
    title: 'Explain a search',
    description:
      'What a search would read, without running it: rows and bytes of each table, and the SQL with its parameters. For a search that is slow or refused.',
    input: {
      of: z
        .enum(['logs', 'histogram', 'traces', 'spans', 'table'])
        .default('logs')
        .describe('What the search would be asked for; "table" is one with pipes.'),
      signal: z.enum(['logs', 'spans']).default('logs').describe('What the pipes of "table" are fed with.'),
      search: searchInput,
    },
  }
  add('explain', told, async ({ of, signal: fed, search }, at, { ask, signal }) => {
    const { statements, rows, bytes } = await ask.json(askExplain(search, at, { of, signal: fed }), signal)
    const total = `At most ${rows} rows are read, ${megabytes(bytes)} of columns before compression; what is found costs more to show.`
    return [total, ...statements.map(printStatement)].join('\n\n')
  })
}

function printStatement({ sql, params, reads }: ExplainedStatement): string {
  const tables = reads.map(
    ({ table, rows, parts, bytes }) => `-- reads ${rows} rows of ${table} in ${parts} parts, ${megabytes(bytes)}`,
  )
  const values = Object.entries(params).map(([name, value]) => `-- ${name} = ${JSON.stringify(value)}`)
  return [...tables, ...values, sql].join('\n')
}

const megabytes = (bytes: number): string => `${threeDigits(bytes / 1e6)} MB`
