import { type TracePageRow, type TracesPlan, tracePageSql } from './plan/traces.ts'
import type { Running } from './run.ts'
import { readsAttributes } from './search/condition.ts'

/** Spans read before asking for more. Reading attributes costs so much more than sorting that it is done once. */
const spansReadMax = 1_000_000_000
const spansAtFirst = { ofColumns: 2000, ofAttributes: 250_000 }

/** Most pages are found in few spans; where traces are large, more of them are read, and at last all. */
export async function askPage(plan: TracesPlan, running: Running): Promise<{ rows: TracePageRow[]; isWhole: boolean }> {
  const atFirst = readsAttributes(plan.condition) ? spansAtFirst.ofAttributes : spansAtFirst.ofColumns
  for (let spansMax = Math.max(atFirst, plan.traces * 40); ; spansMax *= 20) {
    const rows = await running.rows<TracePageRow>(tracePageSql(plan, spansMax))
    // No row may also mean that all that was read is of pages before.
    const isWhole =
      rows.length > 0 ? Number(rows[0]?.spans) < spansMax : plan.after === undefined || spansMax > spansReadMax
    if (rows.length >= plan.traces || isWhole) return { rows, isWhole }
  }
}
