import { suppressedContext } from './context/context.ts'
import { applicationMetrics } from './metrics/application/application-metrics.ts'
import { nativeHistograms, summaries } from './metrics/application/extend.ts'
import { namedMetrics } from './metrics/application/named.ts'
import type {
  ApplicationMetrics,
  MakeNativeHistogram,
  MakeSummary,
  NamedMetrics,
  SystemMetrics,
} from './metrics/application/public.ts'
import { systemMetrics } from './metrics/application/system-metrics.ts'
import { slot } from './slot.ts'

export type * from './metrics/application/public.ts'

const { metering, report, storage } = slot()

/** The instruments that `meter` made, by name. */
export const metrics: NamedMetrics = namedMetrics(metering, report)

/** Histograms with exponential buckets. */
export const nativeHistogram: MakeNativeHistogram = nativeHistograms(metering, report)

/** Quantiles over a sliding window. */
export const summary: MakeSummary = summaries(metering, report)

/**
 * What most services measure.
 *
 * ```ts
 * const rows = await application.query({ operation: 'SELECT', table: 'orders' }, () => pool.query(sql))
 * application.event('order.placed', { plan: 'pro' })
 * ```
 */
export const application: ApplicationMetrics = applicationMetrics(metering)

/** The machine this process runs on. */
export const system: SystemMetrics = systemMetrics({
  metering,
  report,
  every: (run, intervalMs) => {
    const timer = storage.run(suppressedContext, () => setInterval(run, intervalMs).unref())
    return () => clearInterval(timer)
  },
})
