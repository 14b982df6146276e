import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { isRefused } from '../base/refused.ts'
import type { Query } from '../query/query.ts'
import { ApiFailure } from './errors.ts'
import { inputs, readInput } from './input.ts'

const heartbeatMs = 15_000

/** GET /api/v1/logs/tail: server-sent events until the viewer leaves or the server stops. */
export function tailRoutes({ query, viewersMax }: { query: Query; viewersMax: number }): Hono {
  const routes = new Hono()
  routes.get('/logs/tail', (context) => {
    const { q } = readInput(context, inputs.tail)
    if (query.tail.viewers() >= viewersMax) {
      throw new ApiFailure('busy', `Cannot follow the logs now: ${viewersMax} viewers do, which is the limit`, {
        retryAfterSeconds: 30,
      })
    }
    const viewer = query.tail.open(q)
    if (isRefused(viewer)) throw ApiFailure.ofRefused(viewer)
    context.header('X-Accel-Buffering', 'no')
    return streamSSE(context, async (stream) => {
      stream.onAbort(() => viewer.close())
      await stream.write(': following\n\n')
      // Each write waits until the viewer has taken it; what comes meanwhile waits in the viewer's buffer, or is lost and told.
      while (!stream.aborted) {
        const next = await viewer.next(heartbeatMs)
        if (next === 'closed') return
        if (next === 'nothing') await stream.write(': still here\n\n')
        else await stream.writeSSE({ event: next.event, data: JSON.stringify(next.data) })
      }
    })
  })
  return routes
}
