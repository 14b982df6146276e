import type { TimeRange } from './time-range.ts'

/**
 * A range cut so that what is wanted first is read first: a small slice at its newest (or oldest) end, then ever larger
 * ones. Most pages end in the first; a search that finds nothing has read everything once.
 */
export function slicesOf({ fromMs, toMs }: TimeRange, order: 'newest' | 'oldest'): TimeRange[] {
  const slices: TimeRange[] = []
  const lengthMs = toMs - fromMs
  let done = 0
  for (const share of shares) {
    const upTo = share === 1 ? lengthMs : Math.ceil(lengthMs * share)
    if (upTo <= done || (share < 1 && upTo < leastMs)) continue
    slices.push(
      order === 'newest' ? { fromMs: toMs - upTo, toMs: toMs - done } : { fromMs: fromMs + done, toMs: fromMs + upTo },
    )
    done = upTo
  }
  return slices
}

const shares = [1 / 256, 1 / 16, 1]
/** A statement costs milliseconds however little it reads. */
const leastMs = 10_000
