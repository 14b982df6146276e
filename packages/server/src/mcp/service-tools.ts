import { askServices, printDuration, threeDigits } from '@wakeline/protocol'
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
}
