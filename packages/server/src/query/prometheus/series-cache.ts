import type { LabelMatcher } from '../promql/parse/ast.ts'
import type { Running } from '../run.ts'
import { Coverage, type Part } from './parts.ts'
import type { SampleRange } from './plan.ts'
import { type Finding, type FoundSeries, findSeries, type SourceLimits } from './source.ts'

/**
 * Which series selectors meant, from question to question: their labels are most of the work of a small question, and
 * change only when a series is new. The labels of at most `seriesKept` series are kept, those asked for last.
 */
const seriesKept = 200_000
const dayMs = 86_400_000

/** `unknown` is called where series are not known and have to be read, and what it answers is told how far that is. */
type FindReading = {
  running: Running
  limits: SourceLimits
  parts: readonly Part[]
  unknown: () => Finding
}

type Known = { found: FoundSeries; seen: Coverage }

export class SeriesCache {
  readonly #known = new Map<string, Known>()
  #kept = 0

  /** Whether they were found before; something may have come since. */
  knows(matchers: readonly LabelMatcher[], range: SampleRange): boolean {
    return this.#known.has(keyOf(matchers, range))
  }

  /** `parts` of the tables `series` and `resources`, as they were before; none where they cannot be seen. */
  async find(
    matchers: readonly LabelMatcher[],
    range: SampleRange,
    { running, limits, parts, unknown }: FindReading,
  ): Promise<FoundSeries> {
    const series = parts.filter(({ table }) => table === 'series')
    const key = keyOf(matchers, range)
    const known = this.#known.get(key)
    if (known !== undefined) {
      this.#forget(key, known)
      if (series.every((part) => known.seen.has(part)) && !known.seen.hasMore(series)) {
        this.#keep(key, known)
        return known.found
      }
    }
    const found = await findSeries(matchers, range, running, limits, unknown())
    if (series.length > 0 && found.mayBeKept) {
      const seen = new Coverage()
      seen.add(series)
      this.#keep(key, { found, seen })
    }
    return found
  }

  #keep(key: string, known: Known): void {
    const double = this.#known.get(key)
    if (double !== undefined) this.#forget(key, double)
    this.#known.set(key, known)
    this.#kept += 1 + known.found.found.length
    for (const [oldest, its] of this.#known) {
      if (this.#kept <= seriesKept) return
      this.#forget(oldest, its)
    }
  }

  #forget(key: string, { found }: Known): void {
    this.#known.delete(key)
    this.#kept -= 1 + found.found.length
  }
}

const keyOf = (matchers: readonly LabelMatcher[], range: SampleRange): string =>
  JSON.stringify([matchers, Math.floor(range.afterMs / dayMs), Math.floor(range.untilMs / dayMs)])
