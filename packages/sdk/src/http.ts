import { nodeMiddleware } from './middleware/node-middleware.ts'
import type { NodeMiddleware, OtherRequest, RequestOptions } from './middleware/public.ts'
import { runOtherRequest } from './middleware/request-log.ts'
import { slot } from './slot.ts'

export type * from './middleware/public.ts'

/**
 * For node:http and Connect: ids, one line a request, and health probes.
 *
 * ```ts
 * const observed = requests()
 * createServer((request, response) => observed(request, response, () => app(request, response)))
 * ```
 */
export function requests(options: RequestOptions = {}): NodeMiddleware {
  return nodeMiddleware(slot(), options)
}

/** Runs work that came another way (a message, a job) like a request: ids, `log.set`, and one line at its end. */
export function withRequest<T>(name: string, request: OtherRequest, fn: () => T): T {
  return runOtherRequest(slot(), name, request, fn)
}
