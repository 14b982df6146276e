import type { Core } from '../core.ts'
import { messageOf } from '../encode/plain-value.ts'
import { metricsFace } from '../metrics/exposition/serve.ts'

/**
 * What `OTEL_METRICS_EXPORTER=prometheus` asks for: `/metrics` on a port of its own. Returns how to stop. A worker that
 * finds the port taken says nothing: whoever has it, the primary or another worker, answers for all.
 */
export function answerScrapes(core: Core): () => void {
  const served = metricsFace(core)
    .serve({})
    .catch((thrown: unknown) => {
      if (core.workers.member === undefined) core.report(messageOf(thrown))
      return undefined
    })
  return () => void served.then((server) => server?.stop())
}
