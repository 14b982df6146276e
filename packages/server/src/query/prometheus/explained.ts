/**
 * How a question came to its samples, for `stats=all`:
 *
 *   engine   computed by the engine: points came out of it, and no samples
 *   memory   kept from an earlier question, and nothing new has been stored since
 *   store    read from the store, altogether or what is new
 */
export type ExplainedStep = {
  from: 'engine' | 'memory' | 'store'
  /** The selector, or the call that was pushed down. */
  what: string
  series: number
  samples: number
}

export type Explained = {
  steps: readonly ExplainedStep[]
  /** What the values are counted in, as `unitOf` says it. */
  unit: string
  /** By the evaluator and the engine together. */
  seriesRead: number
  samplesRead: number
  /** From the first step to the last, statements of the engine included. */
  elapsedMs: number
}
