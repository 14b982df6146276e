import { healthOf } from './health/health.ts'
import { probeOptions } from './middleware/node-middleware.ts'
import { isFailure } from './middleware/note-error.ts'
import type { RequestOptions } from './middleware/public.ts'
import { beginNodeRequest, type RequestInProgress } from './middleware/request-log.ts'
import type { HttpRequest, HttpResponse } from './public.ts'
import { slot } from './slot.ts'

export type * from './middleware/public.ts'

/** What is needed of Fastify. */
export interface FastifyRequest {
  readonly raw: HttpRequest
  readonly routeOptions?: { readonly url?: string | undefined }
}
export interface FastifyReply {
  readonly raw: HttpResponse
  hijack(): unknown
}
export interface FastifyHooks {
  addHook(
    name: 'onRequest' | 'preHandler',
    hook: (request: FastifyRequest, reply: FastifyReply, done: () => void) => void,
  ): unknown
  addHook(
    name: 'onError',
    hook: (request: FastifyRequest, reply: FastifyReply, error: unknown, done: () => void) => void,
  ): unknown
}

/**
 * For Fastify: ids, one line a request with the route's template, and health probes.
 *
 * ```ts
 * await app.register(requests())
 * ```
 */
export function requests(options: RequestOptions = {}): (app: FastifyHooks, options: object, done: () => void) => void {
  const core = slot()
  const wanted = probeOptions(options)
  const probes = wanted === undefined ? undefined : healthOf(core).handler(wanted)
  const inProgress = new WeakMap<HttpRequest, RequestInProgress>()
  const plugin = (app: FastifyHooks, _options: object, done: () => void) => {
    app.addHook('onRequest', (request, reply, next) => {
      if (probes?.(request.raw, reply.raw)) {
        reply.hijack()
        return
      }
      const progress = beginNodeRequest(core, request.raw, reply.raw, options)
      if (progress === undefined) return next()
      inProgress.set(request.raw, progress)
      progress.setRoute(request.routeOptions?.url)
      progress.run(next)
    })
    // Reading the body may have left the context: its events come from the socket.
    app.addHook('preHandler', (request, _reply, next) => {
      const progress = inProgress.get(request.raw)
      if (progress === undefined) next()
      else progress.run(next)
    })
    app.addHook('onError', (request, _reply, error, next) => {
      const progress = inProgress.get(request.raw)
      if (progress !== undefined && isFailure(error)) progress.error = error
      next()
    })
    done()
  }
  // For the whole app, not only for what is registered inside this plugin.
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'wakeline',
  })
}
