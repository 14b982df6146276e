import { QueryError } from '../store/store.ts'
import type { TimeRange } from './time-range.ts'

export type Stretches = {
  order: 'newest' | 'oldest'
  wanted: number
  /** All stretches begin at the end where reading began; else each where the one before stopped. */
  isCumulative: boolean
  /**
   * Where indexes tell which rows may be meant: so many of them are read without more ado. What is rare would have to be
   * looked for in all of the range anyway; what is frequent the engine refuses once it has asked the indexes.
   */
  atOnceMax?: number | undefined
}

/** `readMax`: the engine is to refuse where more rows would have to be read. */
export type Stretch = TimeRange & { isLast: boolean; readMax?: number }

/**
 * Reads a range so that what is wanted first is read first: a small stretch at its newest (or oldest) end, then one long
 * enough by what was found there, until enough is found or all is read. Most pages end in the first; a search that
 * finds nothing costs a little more than reading everything once.
 *
 * `read` is told the stretch, and answers how many were found in it.
 */
export async function widen(
  range: TimeRange,
  options: Stretches,
  read: (stretch: Stretch) => Promise<number>,
): Promise<void> {
  const lengthMs = range.toMs - range.fromMs
  const firstMs = Math.max(leastMs, Math.ceil(lengthMs / firstShare))
  const { atOnceMax: readMax } = options
  if (readMax !== undefined && firstMs <= lengthMs / 2) {
    const isRead = await unlessTooMany(read({ fromMs: range.fromMs, toMs: range.toMs, isLast: true, readMax }))
    if (isRead) return
  }
  let found = 0
  for (let doneMs = 0, upToMs = firstMs; doneMs < lengthMs; ) {
    // What is left over would soon be read anyway.
    const isLast = upToMs > lengthMs / 2
    const endMs = isLast ? lengthMs : upToMs
    const more = await read({ ...stretchOf(range, options, { doneMs, endMs }), isLast })
    found = options.isCumulative ? more : found + more
    if (found >= options.wanted || isLast) return
    doneMs = endMs
    // As if the few that were found were many by chance.
    const surely = found - Math.sqrt(found)
    const needed = found === 0 ? growth : options.wanted / surely
    upToMs = Math.min(lengthMs, Math.ceil(endMs * Math.max(2, needed)))
  }
}

async function unlessTooMany(reading: Promise<number>): Promise<boolean> {
  try {
    await reading
    return true
  } catch (error) {
    if (error instanceof QueryError && error.reason === 'rows') return false
    throw error
  }
}

const firstShare = 256
/** How much longer the next stretch is where nothing was found. */
const growth = 16
/** A statement costs milliseconds however little it reads. */
const leastMs = 10_000

function stretchOf(
  { fromMs, toMs }: TimeRange,
  { order, isCumulative }: Stretches,
  { doneMs, endMs }: { doneMs: number; endMs: number },
): TimeRange {
  const beginMs = isCumulative ? 0 : doneMs
  return order === 'newest'
    ? { fromMs: toMs - endMs, toMs: toMs - beginMs }
    : { fromMs: fromMs + beginMs, toMs: fromMs + endMs }
}
