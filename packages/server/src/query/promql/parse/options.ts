/** Which parts of the language that Prometheus calls experimental are understood. */
export type ParseOptions = {
  /** `first_over_time`, `mad_over_time`, `info`, `sort_by_label`, `limitk`, `limit_ratio` and the like. */
  readonly experimentalFunctions: boolean
  /** `[2*step()]`, `offset (1h-5m)`. */
  readonly durationExpressions: boolean
  /** `rate(a[5m] anchored)`, `a smoothed`. */
  readonly extendedSelectors: boolean
  /** `a + fill(0) b`. */
  readonly fillModifiers: boolean
  /** Parentheses, calls and operators inside one another. */
  readonly depthMax: number
  /** Operators one after the other, as in `a + b + c`. */
  readonly chainMax: number
}

export const defaultParseOptions: ParseOptions = {
  experimentalFunctions: true,
  durationExpressions: true,
  extendedSelectors: true,
  fillModifiers: true,
  depthMax: 500,
  chainMax: 1_000,
}
