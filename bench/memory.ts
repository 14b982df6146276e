import { startServer } from '../e2e/server.ts'
import { generate } from './ingest.ts'
import { ProcessCost } from './process-cost.ts'
import { costRow, type Row, soloRow } from './rows.ts'

/**
 * Resident memory under the full load of spans for as long as it is told (`--seconds 1800`), looked at every second: the
 * most of it, and whether it stays flat, which is the median of the last fifth of the time over that of the second.
 */
export async function benchMemory({ seconds }: { seconds: number }): Promise<Row[]> {
  const server = await startServer()
  const cost = new ProcessCost(server.child.pid ?? 0)
  const resident: number[] = []
  const timer = setInterval(() => resident.push(cost.residentBytes()), 1_000)
  try {
    const { acknowledged } = await generate({ url: server.otlpHttp, kind: 'spans', seconds })
    clearInterval(timer)
    const fifth = Math.floor(resident.length / 5)
    const middle = (values: readonly number[]): number =>
      values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
    const second = middle(resident.slice(fifth, 2 * fifth))
    const last = middle(resident.slice(-fifth))
    return [
      costRow(`resident memory most over ${seconds} s (target 1200 MB)`, cost.residentMaxBytes() / 1e6, 1_200, 'MB'),
      costRow(`resident memory at the end over that at the beginning (target 1.1)`, last / second, 1.1, 'times'),
      soloRow('spans acknowledged meanwhile', acknowledged, 'spans'),
    ]
  } finally {
    clearInterval(timer)
    cost.stop()
    await server.stop()
  }
}
