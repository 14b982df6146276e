import { printDuration } from '../../time/format.ts'
import type { SpanRow, TraceView } from './trace-view.ts'

/** Below this, clocks are as good as the same. */
const noticedNano = 100_000

/** Says that a span begins before its parent, which only clocks that differ can make. */
export function skewOf(view: TraceView, row: SpanRow): string | undefined {
  const parent = view.rows[row.parent]
  if (parent === undefined) return undefined
  const earlyNano = parent.node.offsetNano - row.node.offsetNano
  if (earlyNano < noticedNano) return undefined
  const other = parent.span.service === row.span.service ? 'its parent' : `its parent in ${parent.span.service}`
  return `It begins ${printDuration(earlyNano)} before ${other}: the clocks of the two hosts differ by at least that.`
}
