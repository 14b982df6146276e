import type { LoopDelay } from './loop-delay.ts'
import type { LoadSheddingOptions } from './public.ts'

export interface Load {
  readonly delay: LoopDelay
  readonly heapShare: () => number
  /** Requests that were let in and are not over. */
  readonly requests: () => number
}

/** Why a request should be refused now, or undefined. */
export function overload(load: Load, options: LoadSheddingOptions): string | undefined {
  const { maxDelayMs = 1_000, maxRequests = Number.POSITIVE_INFINITY, maxHeapShare = 0.95 } = options
  if (load.requests() >= maxRequests) return 'requests'
  if (load.delay.recentMs() > maxDelayMs) return 'event loop delay'
  if (load.heapShare() > maxHeapShare) return 'memory'
  return undefined
}

/** Spread out, so that the callers of one second do not come back in one second. */
export function retryAfter({ retryAfterSeconds = 5 }: LoadSheddingOptions, random: () => number): number {
  return Math.max(1, Math.round(retryAfterSeconds * (1 + random())))
}
