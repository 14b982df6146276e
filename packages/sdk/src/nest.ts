import { nodeMiddleware } from './middleware/node-middleware.ts'
import { progressOf } from './middleware/note-error.ts'
import type { NodeMiddleware, RequestOptions } from './middleware/public.ts'
import type { RequestInProgress } from './middleware/request-log.ts'
import type { HttpRequest } from './public.ts'
import { slot } from './slot.ts'

export type * from './middleware/public.ts'

/** What is needed of a Nest application, on Express or on Fastify. */
export interface NestApp {
  use(middleware: NodeMiddleware): unknown
  useGlobalInterceptors(interceptor: NestInterceptor): unknown
}

/** What is needed of Nest's execution context. */
export interface NestContext {
  getType(): string
  getClass(): { readonly name: string }
  getHandler(): { readonly name: string }
  switchToHttp(): { getRequest(): unknown }
}

export interface NestInterceptor {
  intercept(context: NestContext, next: { handle(): unknown }): unknown
}

/**
 * For NestJS: ids, one line a request with the route's template and the controller's method, and health probes.
 *
 * ```ts
 * const app = await NestFactory.create(AppModule)
 * requests(app)
 * ```
 */
export function requests(app: NestApp, options: RequestOptions = {}): void {
  app.use(nodeMiddleware(slot(), options))
  app.useGlobalInterceptors({ intercept })
}

function intercept(context: NestContext, next: { handle(): unknown }): unknown {
  const progress = context.getType() === 'http' ? progressOfNest(context) : undefined
  const handled = next.handle()
  return progress === undefined ? handled : watched(handled, progress)
}

/** On Fastify the request of node:http is behind its own, and knows the route. */
function progressOfNest(context: NestContext): RequestInProgress | undefined {
  const request: unknown = context.switchToHttp().getRequest()
  if (!isObject(request)) return undefined
  const raw = 'raw' in request && isRequest(request.raw) ? request.raw : request
  const progress = isRequest(raw) ? progressOf(raw) : undefined
  if (progress === undefined) return undefined
  const route: unknown = Reflect.get(Object(Reflect.get(request, 'routeOptions')), 'url')
  if (typeof route === 'string') progress.setRoute(route)
  progress.handler = `${context.getClass().name}.${context.getHandler().name}`
  return progress
}

interface Subscriber {
  next(value: unknown): void
  error(thrown: unknown): void
  complete(): void
}

interface Source {
  subscribe(to: Subscriber): unknown
}

/**
 * The observable with its error noted. It is made by the constructor of the one there is, so that rxjs is not needed here and
 * never comes twice.
 */
function watched(source: unknown, progress: RequestInProgress): unknown {
  if (!isSource(source)) return source
  return Reflect.construct(source.constructor, [
    (to: Subscriber) =>
      source.subscribe({
        next: (value) => to.next(value),
        error: (thrown) => {
          if (isFailure(thrown)) progress.error = thrown
          to.error(thrown)
        },
        complete: () => to.complete(),
      }),
  ])
}

/** `throw new NotFoundException()` is an answer, not a failure of this service. */
function isFailure(thrown: unknown): boolean {
  const getStatus: unknown = isObject(thrown) ? Reflect.get(thrown, 'getStatus') : undefined
  const status: unknown = typeof getStatus === 'function' ? Reflect.apply(getStatus, thrown, []) : undefined
  return typeof status !== 'number' || status >= 500
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isRequest(value: unknown): value is HttpRequest {
  return isObject(value) && 'headers' in value && 'url' in value
}

function isSource(value: unknown): value is Source {
  return isObject(value) && 'subscribe' in value && typeof value.subscribe === 'function'
}
