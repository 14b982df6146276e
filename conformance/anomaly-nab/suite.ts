import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { NoveltyDetector, noveltyThreshold } from '../../packages/analysis/src/index.ts'
import { caseOf, type Told } from '../suite.ts'
import { checkPublished, type Published } from './published.ts'
import { readLabelledSeries } from './read-series.ts'
import { bestScore, profiles, type ScoredSeries, scoreAt } from './score.ts'

/**
 * The novelty detector over the labelled series of the Numenta Anomaly Benchmark, as it is shipped: a window is found when one
 * of its rows is told of. `score` is what the benchmark gives it at the threshold that is shipped, `bestThreshold` at the one
 * that would be best for these series, which is what the benchmark ranks detectors by.
 */
export async function runAnomalyNab(directory: string): Promise<Told> {
  const corpus = (await readLabelledSeries(directory)).map((series): ScoredSeries => {
    const detector = new NoveltyDetector()
    return { series, scores: series.values.map((value, i) => detector.push(series.timesMs[i] ?? 0, value)?.score ?? 0) }
  })
  const cases = corpus.flatMap(({ series, scores }) =>
    series.windows.map(({ first, last }, i) => {
      const isFound = Array.from(scores)
        .slice(first, last + 1)
        .some((score) => score >= noveltyThreshold)
      return caseOf(`${series.name} window ${i + 1}`, isFound ? '' : 'nothing new was told of in it')
    }),
  )
  const published = existsSync(join(directory, 'published'))
    ? await checkPublished(
        directory,
        corpus.map(({ series }) => series),
      )
    : undefined
  for (const problem of published?.problems ?? []) cases.push(caseOf('published scores', problem))
  return { cases, figures: { ...figuresOf(corpus), ...(published && { published: summed(published) }) } }
}

const summed = ({ tried, scores, standard }: Published): object => ({ tried, scores, standard })

function figuresOf(corpus: readonly ScoredSeries[]): Record<string, unknown> {
  const each = (earn: (profile: (typeof profiles)[keyof typeof profiles]) => number): Record<string, number> =>
    Object.fromEntries(Object.entries(profiles).map(([name, profile]) => [name, Math.round(100 * earn(profile)) / 100]))
  return {
    score: each((profile) => scoreAt(corpus, profile, noveltyThreshold).score),
    bestThreshold: each((profile) => bestScore(corpus, profile).score),
    falseRows: scoreAt(corpus, profiles.standard, noveltyThreshold).falseRows,
  }
}
