import type { SamplerOptions } from './public.ts'
import type { Sampler } from './sampler.ts'

/** A sampler of these options. A rate is kept by a bucket that holds the traces of one second. */
export function samplerOf(options: SamplerOptions, nowMs: () => number): Sampler {
  const { ratio = 1, perSecond, parentBased = true } = options
  if (!(ratio >= 0 && ratio <= 1)) throw new RangeError(`Cannot sample ${ratio} of the traces: from 0 to 1`)
  if (perSecond === undefined) return { ratio, parentBased }
  if (!(perSecond > 0)) throw new RangeError(`Cannot keep ${perSecond} traces a second: it must be more than 0`)
  const held = Math.max(1, perSecond)
  let left = held
  let filledAtMs = nowMs()
  const admits = () => {
    const now = nowMs()
    left = Math.min(held, left + ((now - filledAtMs) / 1000) * perSecond)
    filledAtMs = now
    if (left < 1) return false
    left -= 1
    return true
  }
  return { ratio, parentBased, admits }
}
