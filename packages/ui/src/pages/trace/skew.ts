import { printDuration } from '../../time/format.ts'
import type { SpanRow, TraceView } from './trace-view.ts'

/** Below this, clocks are as good as the same. */
const noticedNano = 100_000

/** Says how a span's clock differs from its parent's: what was moved, and what begins before its parent all the same. */
export function skewOf(view: TraceView, row: SpanRow): string | undefined {
  if (row.shiftNano !== 0) {
    const [by, way] = [printDuration(Math.abs(row.shiftNano)), row.shiftNano > 0 ? 'later' : 'earlier']
    return `Drawn ${by} ${way} than its host's clock had it, so that it lies where it was waited for: the clocks of the two hosts differ. The time above is as it was received.`
  }
  const parent = view.rows[row.parent]
  if (parent === undefined) return undefined
  const earlyNano = parent.node.offsetNano - row.node.offsetNano
  if (earlyNano < noticedNano) return undefined
  const other = parent.span.service === row.span.service ? 'its parent' : `its parent in ${parent.span.service}`
  return `It begins ${printDuration(earlyNano)} before ${other}: the clocks of the two hosts differ by at least that.`
}
