/**
 * Counts of steps as rates. The first and the last step may lie in what was counted in part only, and are divided by that
 * part: a rate that falls at the end of every chart would look as if traffic did.
 *
 *   counted        |-----------------------------|
 *   steps    |_________|_________|_________|_________|
 */
export function stepRates(
  counts: readonly number[],
  on: { times: readonly number[]; stepMs: number; covered: { fromMs: number; toMs: number } },
): (number | null)[] {
  const { times, stepMs, covered } = on
  const leastMs = Math.min(stepMs, partLeastMs)
  return counts.map((count, at) => {
    const startMs = times[at] ?? 0
    const partMs = Math.min(startMs + stepMs, covered.toMs) - Math.max(startMs, covered.fromMs)
    return partMs < leastMs ? null : (count * 1000) / partMs
  })
}

/** Senders send in batches: of so short a part of a step most is still on its way. */
const partLeastMs = 20_000
