import { healthOf } from './health/health.ts'
import { probeOptions } from './middleware/node-middleware.ts'
import type { RequestOptions } from './middleware/public.ts'
import { beginNodeRequest, RequestInProgress } from './middleware/request-log.ts'
import type { HttpRequest, HttpResponse } from './public.ts'
import { slot } from './slot.ts'

export type * from './middleware/public.ts'

/** What is needed of a Hono context. */
export interface HonoContext {
  readonly req: { readonly method: string; readonly url: string; header(name: string): string | undefined }
  readonly res: Response
  readonly error: Error | undefined
  readonly env: unknown
  header(name: string, value: string): unknown
}

/**
 * For Hono on `@hono/node-server`: ids, one line a request with the route's template, and health probes. First of all middlewares.
 *
 * ```ts
 * app.use(requests())
 * ```
 */
export function requests(
  options: RequestOptions = {},
): (context: HonoContext, next: () => Promise<void>) => Promise<Response | undefined> {
  const core = slot()
  const wanted = probeOptions(options)
  const health = wanted === undefined ? undefined : healthOf(core)
  return async (context, next) => {
    const { req } = context
    const url = req.url.replace(/^[a-z]+:\/\/[^/]*/i, '')
    const probed = req.method === 'GET' || req.method === 'HEAD' ? await health?.probe(url, wanted) : undefined
    if (health !== undefined && probed !== undefined) {
      const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }
      return new Response(health.print(probed), { status: probed.status, headers })
    }
    const node = isNodeEnv(context.env) ? context.env : undefined
    const facts = { method: req.method, url, header: (name: string) => req.header(name), peer: undefined }
    const progress =
      node === undefined
        ? new RequestInProgress(core, facts, options)
        : beginNodeRequest(core, node.incoming, node.outgoing, options)
    if (progress === undefined) {
      await next()
      return undefined
    }
    await progress.run(next)
    // Hono has caught what a handler threw, and answered it.
    if (context.res.status >= 500) progress.error = context.error
    progress.setRoute(routeOf(req))
    if (node !== undefined) return undefined
    context.header('x-request-id', progress.ids.requestId)
    context.header('x-correlation-id', progress.ids.correlationId)
    // Without a node:http response (`app.request()` in a test) it is over when there is a Response.
    progress.end({ status: context.res.status, aborted: false })
    return undefined
  }
}

/** What `@hono/node-server` puts into the bindings. */
function isNodeEnv(env: unknown): env is { incoming: HttpRequest; outgoing: HttpResponse } {
  return typeof env === 'object' && env !== null && 'incoming' in env && 'outgoing' in env
}

/** The last that matched is the handler; a middleware alone (`*` for every method) is no route. */
function routeOf(req: object): string | undefined {
  const matched: unknown = Reflect.get(req, 'matchedRoutes')
  const last: unknown = Array.isArray(matched) ? matched.at(-1) : undefined
  if (typeof last !== 'object' || last === null) return undefined
  const path: unknown = Reflect.get(last, 'path')
  if (typeof path !== 'string' || (Reflect.get(last, 'method') === 'ALL' && path.endsWith('*'))) return undefined
  return path
}
