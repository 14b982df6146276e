import type { Core } from '../core.ts'
import { messageOf } from '../encode/plain-value.ts'
import { metricsFace } from '../metrics/exposition/serve.ts'

/** A thread may be ready to listen before the main thread, which is still loading, is. */
const primaryFirstMs = 1_000

/**
 * What `OTEL_METRICS_EXPORTER=prometheus` asks for: `/metrics` on a port of its own. Returns how to stop. Workers let the
 * primary go first, and one that finds the port taken says nothing: whoever has it answers for all.
 */
export function answerScrapes(core: Core): () => void {
  const isWorker = core.workers.member !== undefined
  let stop = (): void => {}
  const serve = () => {
    const served = metricsFace(core)
      .serve({})
      .catch((thrown: unknown) => {
        if (!isWorker) core.report(messageOf(thrown))
        return undefined
      })
    stop = () => void served.then((server) => server?.stop())
  }
  if (isWorker) {
    const timer = core.schedule(serve, primaryFirstMs)
    stop = () => clearTimeout(timer)
  } else serve()
  return () => stop()
}
