import type {
  MetricsHandler,
  MetricsHandlerOptions,
  MetricsServer,
  MetricsServerOptions,
} from './metrics/exposition/public.ts'
import { type MetricsFace, metricsFace } from './metrics/exposition/serve.ts'
import { slot } from './slot.ts'

export type * from './metrics/exposition/public.ts'

const face: MetricsFace = metricsFace(slot())

/**
 * A handler that answers with all metrics of this process, for a route of your app: Prometheus text, or OpenMetrics with
 * exemplars for a scraper that asks for it. Large answers are written in slices, so requests do not wait for a scrape.
 *
 * ```ts
 * app.get('/metrics', metricsHandler())
 * ```
 */
export function metricsHandler(options: MetricsHandlerOptions = {}): MetricsHandler {
  return face.handler(options)
}

/**
 * Answers scrapes on a port of its own. Rejects when the port cannot be had; does not keep the process alive.
 *
 * ```ts
 * const metrics = await serveMetrics({ port: 9464 })
 * ```
 */
export function serveMetrics(options: MetricsServerOptions = {}): Promise<MetricsServer> {
  return face.serve(options)
}
