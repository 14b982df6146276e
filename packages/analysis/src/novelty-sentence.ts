import type { Novelty } from './novelty.ts'

export type SentenceTexts = {
  /** A value with its unit: `812 ms`. */
  readonly value: (value: number) => string
  /** A length of time: `12h30m`. */
  readonly length: (ms: number) => string
  /** Of how many milliseconds of history it was looked for. */
  readonly historyMs: number
  readonly stepMs: number
}

/** Why something was called new, in a sentence for who is woken by it: what it is, what came nearest, and how far that is. */
export function noveltySentence(novelty: Novelty, { value, length, historyMs, stepMs }: SentenceTexts): string {
  const { test, nearest, averaged, score } = novelty
  const [is, was] = [value(novelty.value), value(nearest)]
  const side = novelty.value > nearest ? 'above' : 'below'
  const share = `${Number((100 * score).toPrecision(2))} % of the range seen`
  const window = length(averaged * stepMs)
  if (test === 'value') return `${is}: the nearest value in ${length(historyMs)} is ${was}, ${share} away`
  if (test === 'level')
    return `the average of the last ${window} is ${is}, ${side} all such averages before, the nearest of which is ${was}`
  const season = novelty.seasonMs === 604_800_000 ? 'weeks' : 'days'
  return `the average of the last ${window} is ${is}, ${side} the ${was} that the same time of earlier ${season} makes likely`
}
