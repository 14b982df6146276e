import type { TimeRange } from './time-range.ts'

/**
 * Reads a range so that what is wanted first is read first: a small stretch at its newest (or oldest) end, then one long
 * enough by what was found there, until enough is found or all is read. Most pages end in the first; a search that
 * finds nothing costs a little more than reading everything once.
 *
 * `read` is told the stretch, and answers how many were found in it; `isCumulative` stretches all begin at the end
 * where reading began, others where the one before stopped.
 */
export async function widen(
  range: TimeRange,
  options: { order: 'newest' | 'oldest'; wanted: number; isCumulative: boolean },
  read: (stretch: TimeRange, isLast: boolean) => Promise<number>,
): Promise<void> {
  const lengthMs = range.toMs - range.fromMs
  let found = 0
  for (let doneMs = 0, upToMs = Math.max(leastMs, Math.ceil(lengthMs / firstShare)); doneMs < lengthMs; ) {
    // What is left over would soon be read anyway.
    const isLast = upToMs > lengthMs / 2
    const endMs = isLast ? lengthMs : upToMs
    const stretch = stretchOf(range, options.order, { beginMs: options.isCumulative ? 0 : doneMs, endMs })
    const more = await read(stretch, isLast)
    found = options.isCumulative ? more : found + more
    if (found >= options.wanted || isLast) return
    doneMs = endMs
    // As if the few that were found were many by chance.
    const surely = found - Math.sqrt(found)
    const needed = found === 0 ? growth : options.wanted / surely
    upToMs = Math.min(lengthMs, Math.ceil(endMs * Math.max(2, needed)))
  }
}

const firstShare = 256
/** How much longer the next stretch is where nothing was found. */
const growth = 16
/** A statement costs milliseconds however little it reads. */
const leastMs = 10_000

function stretchOf(
  { fromMs, toMs }: TimeRange,
  order: 'newest' | 'oldest',
  { beginMs, endMs }: { beginMs: number; endMs: number },
): TimeRange {
  return order === 'newest'
    ? { fromMs: toMs - endMs, toMs: toMs - beginMs }
    : { fromMs: fromMs + beginMs, toMs: fromMs + endMs }
}
