/** The q-quantile of some values, between two of them by weight. */
export function quantileOf(q: number, values: ArrayLike<number>): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN
  if (q < 0) return -Infinity
  if (q > 1) return Infinity
  // NaN sorts first, as the smallest.
  const sorted = Array.from(values).sort((a, b) =>
    Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : Number.isNaN(b) ? 1 : a - b,
  )
  const rank = q * (sorted.length - 1)
  const low = Math.max(0, Math.floor(rank))
  const high = Math.min(sorted.length - 1, low + 1)
  const weight = rank - Math.floor(rank)
  return (sorted[low] ?? 0) * (1 - weight) + (sorted[high] ?? 0) * weight
}
