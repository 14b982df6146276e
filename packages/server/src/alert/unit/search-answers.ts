import type { Labels } from '../../query/promql/evaluate/labels.ts'
import type { ScriptPoint } from '../../query/promql/script/series-notation.ts'
import type { SearchAsk, SearchFound } from '../ask-search.ts'

/**
 * What a search finds in a test, written down, since a test has no log records and spans:
 *
 *   input_searches:
 *     - { search: 'level:error | count by (service)', series: '{service="shop"}', values: '0 12x5' }
 *
 * Each value is what the window finds at its time; of a rule with steps, the figure of the step that begins then.
 */
export type SearchAnswer = {
  readonly search: string
  readonly labels: Labels
  readonly points: readonly ScriptPoint[]
}

type Given = { readonly searches: readonly SearchAnswer[]; readonly startMs: number; readonly intervalMs: number }

export function searchOf(
  { searches, startMs, intervalMs }: Given,
  { q, fromMs, toMs, stepMs }: SearchAsk,
): SearchFound | { error: string } {
  const about = searches.filter(({ search }) => search.trim() === q)
  if (about.length === 0)
    return { error: `the test does not say what this search finds; give it under input_searches: ${q}` }
  const series = about.map(({ labels, points }) => {
    const valueAt = (timeMs: number): number => {
      const point = points[Math.floor((timeMs - startMs) / intervalMs)]
      return point?.kind === 'float' ? point.value : Number.NaN
    }
    if (stepMs === undefined) return { labels, values: [valueAt(toMs)] }
    const values: number[] = []
    for (let stepAtMs = fromMs; stepAtMs < toMs; stepAtMs += stepMs) values.push(valueAt(stepAtMs))
    return { labels, values }
  })
  const known = series.filter(({ values }) => values.some((value) => !Number.isNaN(value)))
  return { series: known, total: known.length }
}
