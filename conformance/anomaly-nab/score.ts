import { type LabelledSeries, probationOf, type Window } from './read-series.ts'

/**
 * The score of the Numenta Anomaly Benchmark, written anew from its paper and held against what it published.
 *
 *   weight of a row   +1 ──╮                              a window earns the weight of its first detection, or costs `missed`;
 *                          ╰──╮ window                     every detection outside costs its weight times `falseAlarm`:
 *                    0 ───────┼─╮                          little right behind a window, all of it far behind one
 *                   −1        │ ╰───────
 *
 * 0 is who detects nothing and 100 who detects each window with its first row.
 */
export type Profile = { readonly falseAlarm: number; readonly missed: number }
export const profiles = {
  standard: { falseAlarm: 0.11, missed: 1 },
  lowFalsePositives: { falseAlarm: 0.22, missed: 1 },
  lowFalseNegatives: { falseAlarm: 0.11, missed: 2 },
} as const satisfies Record<string, Profile>

const sigmoid = (place: number): number => (place > 3 ? -1 : 2 / (1 + Math.exp(5 * place)) - 1)
const weightMax = sigmoid(-1)

/** A row that counts: its weight, and the place of its window among those of the series, -1 outside of them. */
export type WeighedRow = { readonly row: number; readonly weight: number; readonly window: number }

export function weighRows({ values, windows }: Pick<LabelledSeries, 'values' | 'windows'>): WeighedRow[] {
  const weighed: WeighedRow[] = []
  let next = 0
  for (let row = 0; row < values.length; row++) {
    while (next < windows.length && (windows[next]?.last ?? 0) < row) next += 1
    const [before, at] = [windows[next - 1], windows[next]]
    const isInside = at !== undefined && row >= at.first
    weighed.push({
      row,
      weight: isInside ? insideWeight(at, row) : outsideWeight(before, row),
      window: isInside ? next : -1,
    })
  }
  return weighed.slice(probationOf({ values }))
}

const insideWeight = ({ first, last }: Window, row: number): number =>
  sigmoid(-(last - row + 1) / (last - first + 1)) / weightMax

const outsideWeight = (before: Window | undefined, row: number): number =>
  before === undefined ? -1 : sigmoid((row - before.last) / (before.last - before.first))

/** Scores between 0 and 1 of every row of a series, as its detector gave them. */
export type ScoredSeries = { readonly series: LabelledSeries; readonly scores: ArrayLike<number> }

/** What a detector has earned: windows are those it found, rows those outside that it told of. */
export type Earned = {
  readonly score: number
  readonly threshold: number
  readonly windows: number
  readonly falseRows: number
}

/** At one threshold for all series: a row is told of from there on. */
export function scoreAt(corpus: readonly ScoredSeries[], profile: Profile, threshold: number): Earned {
  const steps = [...scoresDownFrom(corpus, profile)].filter((each) => each.threshold >= threshold)
  return { ...(steps.at(-1) ?? nothingTold), threshold }
}

/** At the threshold that is best for the whole, which is how the benchmark ranks detectors. */
export function bestScore(corpus: readonly ScoredSeries[], profile: Profile): Earned {
  let best: Earned = nothingTold
  for (const each of scoresDownFrom(corpus, profile)) if (each.score > best.score) best = each
  return best
}

const nothingTold: Earned = { score: 0, threshold: Infinity, windows: 0, falseRows: 0 }

/** What is earned at each threshold there is, from the highest down. */
function* scoresDownFrom(corpus: readonly ScoredSeries[], { falseAlarm, missed }: Profile): Generator<Earned> {
  const rows = corpus.flatMap(({ series, scores }) =>
    weighRows(series).map((each) => ({ ...each, key: `${series.name} ${each.window}`, score: scores[each.row] ?? 0 })),
  )
  rows.sort((a, b) => b.score - a.score)
  const windows = corpus.reduce((sum, { series }) => sum + series.windows.length, 0)
  const found = new Map<string, number>()
  let [earned, lost, falseRows] = [0, 0, 0]
  for (const [i, { score, weight, window, key }] of rows.entries()) {
    const before = found.get(key)
    if (window < 0) {
      lost += falseAlarm * weight
      falseRows += 1
    } else if (before === undefined || weight > before) {
      earned += weight - (before ?? 0)
      found.set(key, weight)
    }
    if (rows[i + 1]?.score === score) continue
    const raw = earned + lost - (windows - found.size) * missed
    yield { score: normalised(raw, windows, missed), threshold: score, windows: found.size, falseRows }
  }
}

/** Between what detecting nothing costs and what is perfect. */
export const normalised = (raw: number, windows: number, missed = 1): number =>
  (100 * (raw + windows * missed)) / (windows + windows * missed)
