import type { Metering } from '../metering.ts'
import { shapeOf } from '../metering.ts'
import { makeNative, nativeLimits } from '../native/native-rows.ts'
import { defaultWindow, SummaryInstrument } from '../summary/summary-instrument.ts'
import type { MakeNativeHistogram, MakeSummary, NativeHistogramOptions, SummaryOptions } from './public.ts'

const scope = { name: 'wakeline', version: '', schemaUrl: '' }

interface Labels {
  labels?: readonly string[]
}

export function nativeHistograms(metering: Metering, wrong: (sentence: string) => void): MakeNativeHistogram {
  return (name: string, options: NativeHistogramOptions & Labels = {}) => {
    const { maxBuckets = nativeLimits.maxBuckets, maxScale = nativeLimits.maxScale, ...rest } = options
    const histogram = metering.histogram(scope, name, rest)
    const isUsable = maxBuckets >= 160 && maxBuckets <= 1_000 && maxScale >= -4 && maxScale <= 20
    if (!isUsable)
      wrong(
        `Cannot limit histogram "${name}" so: maxBuckets must be 160 to 1000, maxScale -4 to 20. Using the defaults`,
      )
    makeNative(histogram, isUsable ? { maxBuckets, maxScale } : nativeLimits)
    return histogram
  }
}

export function summaries(metering: Metering, wrong: (sentence: string) => void): MakeSummary {
  return (name: string, options: SummaryOptions & Labels = {}) => {
    const { quantiles, maxAgeMs, ageBuckets } = { ...defaultWindow, ...options }
    const made = metering.make(scope, shapeOf(name, 'summary', options), SummaryInstrument)
    const isUsable =
      quantiles.length <= 50 &&
      quantiles.every((quantile) => quantile >= 0 && quantile <= 1) &&
      maxAgeMs >= 100 &&
      ageBuckets >= 1 &&
      ageBuckets <= 60
    if (isUsable) made.window = { quantiles: [...quantiles], maxAgeMs, ageBuckets: Math.floor(ageBuckets) }
    else wrong(`Cannot use the window of summary "${name}": quantiles are 0 to 1, maxAgeMs >= 100, ageBuckets 1 to 60`)
    return made
  }
}
