/** The one in the middle, or the mean of the two; 0 of none. Values are in order. */
export function medianOfSorted(sorted: ArrayLike<number>): number {
  const [low = 0, high = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return (low + high) / 2
}

/** The value that a share of the others is below; 0 of none. Values are in order. */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
