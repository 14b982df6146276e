import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabelledSeries } from './read-series.ts'
import { normalised, profiles, weighRows } from './score.ts'

/**
 * What the benchmark published of other detectors on the same series: scores and counts of rows, and not which rows those were.
 * So it is checked that the counts fit our windows, and, of detections so few that all their places can be tried, that the
 * score is one our weights can give.
 */
export type Published = {
  readonly problems: readonly string[]
  /** Scores that could be tried, of all there are. */
  readonly tried: number
  readonly scores: number
  /** The standard score of each detector on these series, from its published ones. */
  readonly standard: Readonly<Record<string, number>>
}

export async function checkPublished(directory: string, corpus: readonly LabelledSeries[]): Promise<Published> {
  const folder = join(directory, 'published')
  const files = (await readdir(folder)).filter((name) => name.endsWith('_standard_scores.csv')).sort()
  const windows = corpus.reduce((sum, series) => sum + series.windows.length, 0)
  const problems: string[] = []
  const standard: Record<string, number> = {}
  let [tried, scores] = [0, 0]
  for (const file of files) {
    const detector = file.replace('_standard_scores.csv', '')
    let raw = 0
    for (const line of (await readFile(join(folder, file), 'utf8')).trim().split('\n').slice(1)) {
      const [, , name, , ...figures] = line.split(',')
      const series = corpus.find((each) => each.name === name)
      if (series === undefined) continue
      const [score = 0, found = 0, right = 0, wrong = 0, left = 0] = figures.map(Number)
      raw += score
      scores += 1
      const rows = rowsOf(series)
      const say = (what: string): number => problems.push(`${detector} on ${name}: ${what}`)
      if (found + left !== rows.inside || right + wrong !== rows.outside)
        say(`has ${found + left} rows in windows and ${right + wrong} outside, ours ${rows.inside} and ${rows.outside}`)
      const possible = possibleScores(rows, found, wrong)
      if (possible === undefined) continue
      tried += 1
      if (!possible.some((each) => Math.abs(each - score) < 1e-6)) say(`no rows of ours give its score of ${score}`)
    }
    standard[detector] = Math.round(100 * normalised(raw, windows)) / 100
  }
  return { problems, tried, scores, standard }
}

type Rows = { inside: number; outside: number; windows: readonly (readonly number[])[]; weights: readonly number[] }

function rowsOf(series: LabelledSeries): Rows {
  const weighed = weighRows(series)
  const weightsOf = (window: number): number[] =>
    weighed.filter((each) => each.window === window).map(({ weight }) => weight)
  const weights = weightsOf(-1)
  const windows = series.windows.map((_, i) => weightsOf(i))
  return { inside: weighed.length - weights.length, outside: weights.length, windows, weights }
}

const placesMax = 2

/** All scores of so many detections in windows and outside; undefined where there are too many places to try. */
function possibleScores({ windows, weights }: Rows, found: number, wrong: number): number[] | undefined {
  if (Math.min(found, windows.length) + wrong > placesMax) return undefined
  let sums = [0]
  for (let i = 0; i < wrong; i++)
    sums = [...new Set(weights)].flatMap((weight) => sums.map((sum) => sum + profiles.standard.falseAlarm * weight))
  // Of each window that was hit the weight of its first detection; of each that was not, what it costs.
  let reached = sums.map((score) => ({ score, hit: 0 }))
  for (const window of windows)
    reached = reached.flatMap(({ score, hit }) => [
      { score: score - profiles.standard.missed, hit },
      ...(hit < found ? window.map((weight) => ({ score: score + weight, hit: hit + 1 })) : []),
    ])
  return reached.filter(({ hit }) => (found === 0 ? hit === 0 : hit > 0)).map(({ score }) => score)
}
