import { askServiceProblems, askServices, printDuration, threeDigits } from '@wakeline/protocol'
import { z } from 'zod'
import { printProblems } from '../text/print-problems.ts'
import { type Column, printTable } from '../text/print-table.ts'
import type { AddTool } from './mcp-server.ts'

const columns: readonly Column[] = [
  { name: 'service', align: 'left' },
  { name: 'requests/s', align: 'right' },
  { name: 'errors', align: 'right' },
  { name: 'p50', align: 'right' },
  { name: 'p95', align: 'right' },
  { name: 'p99', align: 'right' },
  { name: 'error logs', align: 'right' },
]

export function addServiceTools(add: AddTool): void {
  const told = {
    title: 'List services',
    description: 'Every service seen in the time: requests a second, share of errors, latency and error logs.',
    input: {},
  }
  add('list_services', told, async (_, at, { ask, signal }) => {
    const { services } = await ask.json(askServices(at), signal)
    if (services.length === 0) return 'No service sent anything in this time.'
    const rows = services.map((service) => [
      service.service,
      threeDigits(service.requestsPerSecond),
      `${threeDigits(service.errorRatio * 100)} %`,
      printDuration(service.durationP50Nano),
      printDuration(service.durationP95Nano),
      printDuration(service.durationP99Nano),
      String(service.errorLogs),
    ])
    return printTable(columns, rows)
  })

  const problems = {
    title: 'Find problems in traces',
    description:
      'What is wrong in the traces of a service, from a sample of them: N+1 calls, retries, slow queries, needless waits; each with what it costs, what to do about it and a trace to look at.',
    input: {
      service: z.string().describe('As list_services names it.'),
      operation: z.string().default('').describe('Only below this operation of the service, as the span is named.'),
    },
  }
  add('find_trace_problems', problems, async ({ service, operation }, at, { ask, signal }) =>
    printProblems(await ask.json(askServiceProblems(service, operation, at), signal)),
  )
}
