import type { DashboardThreshold } from '@wakeline/protocol'

export type Reached = DashboardThreshold['is'] | undefined

/** The highest threshold that a value has reached; undefined where there are none. */
export function reached(value: number | undefined, thresholds: readonly DashboardThreshold[] = []): Reached {
  if (value === undefined || Number.isNaN(value)) return undefined
  const lowest = Number.NEGATIVE_INFINITY
  return thresholds
    .filter(({ from = lowest }) => value >= from)
    .toSorted((a, b) => (a.from ?? lowest) - (b.from ?? lowest))
    .at(-1)?.is
}

/** A word beside the colour, for those who do not see it. */
export const reachedWords = { ok: 'well', warn: 'warning', error: 'error' } as const
