import { healthOf } from './health/health.ts'
import { probeOptions } from './middleware/node-middleware.ts'
import type { RequestOptions } from './middleware/public.ts'
import { beginNodeRequest } from './middleware/request-log.ts'
import type { HttpRequest, HttpResponse } from './public.ts'
import { slot } from './slot.ts'

export type * from './middleware/public.ts'

/** What is needed of a Koa context. */
export interface KoaContext {
  readonly req: HttpRequest
  readonly res: HttpResponse
  respond?: boolean
}

/**
 * For Koa: ids, one line a request (with the template of `@koa/router`), and health probes. First of all middlewares.
 *
 * ```ts
 * app.use(requests())
 * ```
 */
export function requests(
  options: RequestOptions = {},
): (context: KoaContext, next: () => Promise<unknown>) => Promise<void> {
  const core = slot()
  const wanted = probeOptions(options)
  const probes = wanted === undefined ? undefined : healthOf(core).handler(wanted)
  return async (context, next) => {
    if (probes?.(context.req, context.res)) {
      context.respond = false
      return
    }
    const progress = beginNodeRequest(core, context.req, context.res, options)
    if (progress === undefined) {
      await next()
      return
    }
    try {
      await progress.run(next)
    } catch (thrown) {
      // `ctx.throw(404)` is an answer, not a failure of this service.
      const status: unknown = Reflect.get(Object(thrown), 'status')
      if (typeof status !== 'number' || status >= 500) progress.error = thrown
      throw thrown
    } finally {
      const route: unknown = Reflect.get(context, '_matchedRoute')
      if (typeof route === 'string') progress.setRoute(route)
    }
  }
}
