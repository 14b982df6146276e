/** How many of how many. */
export type Share = { count: number; of: number }

/** The 95 % interval of Wilson for the share behind `count` of `of`: honest for few and for none. */
export function wilsonInterval({ count, of }: Share): { low: number; high: number } {
  if (of === 0) return { low: 0, high: 1 }
  const z = 1.96
  const share = count / of
  const middle = share + (z * z) / (2 * of)
  const half = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))
  const scale = 1 + (z * z) / of
  return { low: Math.max(0, (middle - half) / scale), high: Math.min(1, (middle + half) / scale) }
}

/** By how much a share has risen at least, with both ends of chance against it; below 0 where chance explains the rise. */
export function certainRise(now: Share, before: Share): number {
  return wilsonInterval(now).low - wilsonInterval(before).high
}
