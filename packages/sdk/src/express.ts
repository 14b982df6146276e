import { nodeMiddleware } from './middleware/node-middleware.ts'
import { noteError } from './middleware/note-error.ts'
import type { NodeMiddleware, RequestOptions } from './middleware/public.ts'
import type { HttpRequest, HttpResponse } from './public.ts'
import { slot } from './slot.ts'

export type * from './middleware/public.ts'

/**
 * For Express (and NestJS on Express): ids, one line a request with the route's template, and health probes. First of all middlewares.
 *
 * ```ts
 * app.use(requests())
 * ```
 */
export function requests(options: RequestOptions = {}): NodeMiddleware {
  return nodeMiddleware(slot(), options)
}

/** After all routes: puts the error a handler failed with on the line, and hands it on. */
export function requestErrors(): (
  error: unknown,
  request: HttpRequest,
  response: HttpResponse,
  next: (error: unknown) => unknown,
) => void {
  // Express knows a middleware for errors by its four parameters.
  return (error, request, response, next) => noteError(error, request, response, next)
}
