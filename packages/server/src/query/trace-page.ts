import { askAsOwn, ownAttributes } from './own-attributes.ts'
import { type TracePageRow, type TracesPlan, tracePageSql } from './plan/traces.ts'
import type { Running } from './run.ts'
import { type Condition, readsAttributes } from './search/condition.ts'
import { widen } from './slices.ts'

/** Spans read before asking for more. Reading attributes costs so much more than sorting that it is done once. */
const spansReadMax = 1_000_000_000
const spansAtFirst = { ofColumns: 2000, ofAttributes: 250_000 }

/** `condition`: the plan's, without what was found out to be needless in it. */
export type TracePage = { rows: TracePageRow[]; isWhole: boolean; condition: Condition }

/**
 * A page of ids, from as little of the range as it takes: the newest are looked for in ever longer stretches before its
 * end (or before the cursor), because most pages are found in the first.
 */
export async function askPage(plan: TracesPlan, running: Running): Promise<TracePage> {
  if (plan.order === 'slowest') {
    return askPageWithin({ ...plan, condition: await ownAttributes(plan.condition, running) }, running)
  }
  const beginMs = plan.after === undefined ? plan.toMs : Math.min(plan.toMs, Number(plan.after.key / 1_000_000n) + 1)
  let page: TracePage | undefined
  // Each stretch begins anew: a trace may have spans in several, and its newest decides its place.
  const options = { order: plan.order, wanted: plan.traces, isCumulative: true }
  await widen({ fromMs: plan.fromMs, toMs: beginMs }, options, async ({ fromMs, isLast }) => {
    const ask = (condition: Condition) => askPageWithin({ ...plan, fromMs, condition }, running)
    const found = page === undefined ? await askAsOwn(plan.condition, running, ask) : await ask(page.condition)
    page = { ...found, isWhole: found.isWhole && isLast }
    return found.rows.length
  })
  return page ?? { rows: [], isWhole: true, condition: plan.condition }
}

/** Most pages are found in few spans; where traces are large, more of them are read, and at last all. */
async function askPageWithin(plan: TracesPlan, running: Running): Promise<TracePage> {
  const atFirst = readsAttributes(plan.condition) ? spansAtFirst.ofAttributes : spansAtFirst.ofColumns
  for (let spansMax = Math.max(atFirst, plan.traces * 40); ; spansMax *= 20) {
    const rows = await running.rows<TracePageRow>(tracePageSql(plan, spansMax))
    // No row may also mean that all that was read is of pages before.
    const isWhole =
      rows.length > 0 ? Number(rows[0]?.spans) < spansMax : plan.after === undefined || spansMax > spansReadMax
    if (rows.length >= plan.traces || isWhole) return { rows, isWhole, condition: plan.condition }
  }
}
