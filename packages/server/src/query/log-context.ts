import type { LogContextAnswer } from '@wakeline/protocol'
import { logRows } from './block-rows.ts'
import { askOrigins } from './origins.ts'
import { type LogContextPlan, logContextSql } from './plan/log-context.ts'
import type { LogRow } from './plan/logs.ts'
import type { Running } from './run.ts'
import { logRecord } from './view/records.ts'

export type LogContextAsk = LogContextPlan & { before: number; after: number }

const minuteNano = 60_000_000_000n
/** Most streams have their next lines within minutes; of silent ones a month is read. */
const withinNanos = [10n * minuteNano, 6n * 60n * minuteNano, 31n * 24n * 60n * minuteNano]

/** The lines around a line, from its own stream. */
export async function askLogContext(ask: LogContextAsk, running: Running): Promise<LogContextAnswer> {
  const before = await nearest(ask, 'before', ask.before, running)
  // The line itself is with those after.
  const after = await nearest(ask, 'after', ask.after + 1, running)
  const rows = [...before.toReversed(), ...after]
  return { records: rows.map(logRecord), ...(await askOrigins(rows, running)), cost: running.cost() }
}

async function nearest(
  ask: LogContextAsk,
  side: 'before' | 'after',
  rows: number,
  running: Running,
): Promise<LogRow[]> {
  let found: LogRow[] = []
  for (const withinNano of withinNanos) {
    if (found.length >= rows) break
    found = logRows(await running.blocks(logContextSql(ask, { side, withinNano, rows })))
  }
  return found
}
