const minute = 60_000
const steps = [
  1_000,
  5_000,
  10_000,
  15_000,
  30_000,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  60 * minute,
  120 * minute,
  360 * minute,
  720 * minute,
]
const pointsMost = 180
/** Metrics are pushed every ten seconds or more; a shorter step would only make gaps. */
const stepLeastMs = 10_000

/** The step of a chart over a time range: round, and such that there are at most 180 points. */
export function stepFor(fromMs: number, toMs: number): number {
  const least = Math.max(stepLeastMs, (toMs - fromMs) / pointsMost)
  const day = 1440 * minute
  return steps.find((step) => step >= least) ?? Math.ceil(least / day) * day
}
