/**
 * Decides whether a new trace is kept. The decision comes from the trace id, so that all services that see the id agree
 * (OpenTelemetry's consistent sampling: the low 56 bits against a threshold).
 */
export interface Sampler {
  readonly ratio: number
  /** A caller's decision wins; without it, each span of a trace is decided from the id alone. */
  readonly parentBased: boolean
  /** Asked about each trace that the ratio would keep. */
  readonly admits?: () => boolean
}

export interface TraceIdWords {
  readonly c: number
  readonly d: number
}

export function isSampled(sampler: Sampler, parentSampled: boolean | undefined, id: TraceIdWords): boolean {
  if (sampler.parentBased && parentSampled !== undefined) return parentSampled
  return isWithin(sampler.ratio, id) && (sampler.admits === undefined || sampler.admits())
}

/** Whether a trace is among the share `ratio` of all. */
export function isWithin(ratio: number, id: TraceIdWords): boolean {
  if (ratio >= 1) return true
  if (ratio <= 0) return false
  const low56 = (id.c & 0xffffff) * 4294967296 + (id.d >>> 0)
  return low56 >= (1 - ratio) * 72057594037927936
}
