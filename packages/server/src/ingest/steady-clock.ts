/**
 * The time at the start and what has gone by since: what is to be kept for a while is kept that long, wherever the clock is set to
 * meanwhile.
 */
export function steadyClock(startUnixMs: number): () => number {
  const startMs = performance.now()
  return () => Math.floor(startUnixMs + performance.now() - startMs)
}
