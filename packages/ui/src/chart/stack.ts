/**
 * Values summed upwards, series by series, for a stacked chart: the first stays as it is, the last is the total. A missing
 * value adds nothing; where every series misses one, so do all sums.
 */
export function stack(series: readonly (readonly (number | null)[])[], length: number): (number | null)[][] {
  const sums: (number | null)[] = Array.from({ length }, () => null)
  return series.map((values) =>
    Array.from({ length }, (_, at) => {
      const value = values[at] ?? null
      const sum = sums[at] ?? null
      const next = value === null ? sum : (sum ?? 0) + value
      sums[at] = next
      return next
    }),
  )
}
