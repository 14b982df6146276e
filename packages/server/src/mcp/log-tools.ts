import { askErrors, askKeys, askLogPatterns, askLogs, askTable, askValues } from '@wakeline/protocol'
import { z } from 'zod'
import { plain } from '../text/paint.ts'
import { printFigures } from '../text/print-figures.ts'
import { printLog } from '../text/print-log.ts'
import { printNothing } from '../text/print-nothing.ts'
import { printErrors, printPatterns } from '../text/print-patterns.ts'
import type { AddTool } from './mcp-server.ts'

export const searchInput = z
  .string()
  .default('')
  .describe(
    'Words and "phrases" match the text; key:value, key:val*, key>=5, duration>250ms, level>=warn, service:x, -not, (a OR b). Empty matches all.',
  )

export function addLogTools(add: AddTool): void {
  const logs = {
    title: 'Search logs',
    description: 'Log records that match a search, the newest last, each on a line with its attributes and trace id.',
    input: { search: searchInput, limit: z.number().int().min(1).max(5000).default(100) },
  }
  add('search_logs', logs, async ({ search, limit }, at, { ask, signal }) => {
    const answer = await ask.json(askLogs(search, at, { limit, order: 'newest' }), signal)
    if (answer.records.length === 0) return printNothing('record', search)
    const lines = answer.records.toReversed().map((record) => printLog(record, plain))
    if (answer.nextCursor !== undefined) lines.unshift('(there are older ones: give `to`, or narrow the search)')
    return lines.join('\n')
  })

  const patterns = {
    title: 'Patterns of logs',
    description:
      'What log records that match a search say, those alike together (`order <*> paid`): counts, share, and which are new against as long a time before. The place to begin with many logs.',
    input: { search: searchInput },
  }
  add('log_patterns', patterns, async ({ search }, at, { ask, signal }) => {
    const answer = await ask.json(askLogPatterns(search, at), signal)
    return answer.patterns.length === 0 ? printNothing('record', search) : printPatterns(answer)
  })

  const errors = {
    title: 'List errors',
    description:
      'Exceptions of spans and log records, the same error together: how often, which are new, services, versions, and a trace.',
    input: { service: z.string().default('').describe('Of this one alone; empty is all.') },
  }
  add('list_errors', errors, async ({ service }, at, { ask, signal }) => {
    const answer = await ask.json(askErrors(service, at), signal)
    return answer.errors.length === 0 ? 'No exception in this time.' : printErrors(answer)
  })

  const figures = {
    title: 'Count and measure records',
    description:
      'Figures of log records or spans as a table, or over time: a search, then pipes, as in `level:error | count by (service)`, `kind:server | p95(duration), rate by (name) | sort -rate | limit 20`, `| top 10 body`, `status:error | count by (service) | timeseries 1m`.',
    input: { signal: z.enum(['logs', 'spans']), search: z.string().describe('A search and its pipes.') },
  }
  add('count_records', figures, async ({ signal: of, search }, at, { ask, signal }) => {
    const answer = await ask.json(askTable(of, search, at), signal)
    const found = answer.is === 'table' ? answer.rows : answer.series
    return found.length === 0 ? printNothing('record', search) : printFigures(answer)
  })

  const keys = {
    title: 'List keys and values',
    description: 'Attribute keys that searches may use, or with `key` the values of that one, the most frequent first.',
    input: {
      signal: z.enum(['logs', 'spans']),
      key: z.string().optional(),
      prefix: z.string().default('').describe('Only those that start with this.'),
    },
  }
  add('list_keys', keys, async ({ signal, key, prefix }, { fromMs, toMs }, asking) => {
    const completing = { signal, prefix, fromMs, toMs }
    const question = key === undefined ? askKeys(completing) : askValues(key, completing)
    const { items } = await asking.ask.json(question, asking.signal)
    return items.length === 0 ? 'There are none.' : items.map(({ text, count }) => `${text} (${count})`).join('\n')
  })
}
