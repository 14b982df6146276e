/** How a query is evaluated and where it is stopped. */
export type EvaluateOptions = {
  /** A sample stands for its series this long, unless a marker says that the series ended. */
  readonly lookbackMs: number
  /** Step of a subquery that gives none. */
  readonly subqueryStepMs: number
  /** Metric names are taken off at the end of the query and not at each step of it. */
  readonly delayedNameRemoval: boolean
  /** `rate` looks at `__type__` and not at the name to tell whether a metric is a counter. */
  readonly typeAndUnitLabels: boolean
  /** A counter has started anew where its samples say so, even if its value did not fall. */
  readonly startTimestamps: boolean
  /** Samples read and points made, altogether. */
  readonly samplesMax: number
  readonly seriesMax: number
  readonly stepsMax: number
  /** Of one subquery, from the first step of the query to its last. */
  readonly subqueryStepsMax: number
  readonly timeoutMs: number
}

export const defaultEvaluateOptions: EvaluateOptions = {
  lookbackMs: 5 * 60_000,
  subqueryStepMs: 60_000,
  delayedNameRemoval: false,
  typeAndUnitLabels: false,
  startTimestamps: true,
  samplesMax: 50_000_000,
  seriesMax: 100_000,
  // Both ends of 11,000 steps.
  stepsMax: 11_001,
  subqueryStepsMax: 1_000_000,
  timeoutMs: 120_000,
}
