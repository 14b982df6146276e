import { DeltaReader, deltaWanted } from '../metrics/delta.ts'
import { openNodeNames } from '../metrics/exposition/node-names.ts'
import type { Metering } from '../metrics/metering.ts'
import { makeNative, nativeLimits } from '../metrics/native/native-rows.ts'
import type { PushedMetrics } from '../metrics/pushed-metrics.ts'
import { seldom } from '../metrics/seldom.ts'
import { Gathering, type GatheringParts } from '../metrics/workers/gathering.ts'
import { clusterPort, Member, threadPort } from '../metrics/workers/member.ts'
import type { Settings } from '../options.ts'
import type { Report } from '../report.ts'

interface WorkersMetrics {
  readonly metering: Metering
  readonly encoder: PushedMetrics
  readonly report: Report
}

/** What is pushed, where the options want it another way than the core does it. Returns how to stop. */
export function preferMetrics(
  { metering, encoder }: Pick<WorkersMetrics, 'metering' | 'encoder'>,
  { temporality, nativeHistograms }: Pick<Settings, 'temporality' | 'nativeHistograms'>,
): () => void {
  const { source } = encoder
  if (temporality !== 'cumulative') {
    const isObserved = metering.isObserved.bind(metering)
    const reader = new DeltaReader({
      source,
      nowUnixMs: () => encoder.nowUnixMs,
      wanted: deltaWanted(temporality, isObserved),
      resetExtremes: true,
    })
    encoder.source = () => reader.read()
  }
  if (nativeHistograms) {
    metering.madeHistogram = (histogram) => makeNative(histogram, nativeLimits)
    for (const { instruments } of metering.all())
      for (const instrument of instruments) if ('rowLength' in instrument) makeNative(instrument, nativeLimits)
  }
  return () => {
    encoder.source = source
    metering.madeHistogram = () => {}
  }
}

/** In a worker of `cluster` or another thread: tells its metrics to those who want them. */
export function joinPrimary(parts: WorkersMetrics): Member | undefined {
  const port = threadPort() ?? clusterPort()
  return port && new Member({ ...parts, openNodeNames: () => openNodeNames(parts.report) }, port)
}

/** Where workers are made. */
export function openGathering(parts: GatheringParts): Gathering {
  return new Gathering(parts)
}

export { seldom }
