import { printDuration, type TraceSummary } from '@wakeline/protocol'
import { type Column, printTable } from './print-table.ts'

const columns: readonly Column[] = [
  { name: 'trace', align: 'left' },
  { name: 'start', align: 'left' },
  { name: 'duration', align: 'right' },
  { name: 'spans', align: 'right' },
  { name: 'errors', align: 'right' },
  { name: 'root', align: 'left' },
]

/** A trace a line. `width`: columns of the terminal, where there is one. */
export function printTraces(traces: readonly TraceSummary[], width?: number): string {
  const rows = traces.map((trace) => [
    trace.traceId,
    new Date(Number(trace.startUnixNano.slice(0, -6))).toISOString(),
    printDuration(trace.durationNano),
    String(trace.spanCount),
    trace.errorCount === 0 ? '' : String(trace.errorCount),
    `${trace.rootName} (${trace.rootService})`,
  ])
  return printTable(columns, rows, width)
}
