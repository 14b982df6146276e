import { healthOf } from './health/health.ts'
import { probeOptions } from './middleware/node-middleware.ts'
import { isFailure } from './middleware/note-error.ts'
import type { RequestIds, RequestOptions } from './middleware/public.ts'
import { beginNodeRequest, echoIds } from './middleware/request-log.ts'
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
      if (isFailure(thrown)) progress.error = thrown
      keepEcho(context.res, progress.ids)
      throw thrown
    } finally {
      const route: unknown = Reflect.get(context, '_matchedRoute')
      if (typeof route === 'string') progress.setRoute(route)
    }
  }
}

/** For an error Koa takes back every header before it answers. */
function keepEcho(response: HttpResponse, ids: RequestIds): void {
  const writeHead: unknown = Reflect.get(response, 'writeHead')
  if (typeof writeHead !== 'function') return
  Object.assign(response, {
    writeHead(this: HttpResponse, ...args: unknown[]): unknown {
      echoIds(response, ids)
      return Reflect.apply(writeHead, this, args)
    },
  })
}
