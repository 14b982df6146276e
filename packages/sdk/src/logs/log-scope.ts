import type { Attributes } from '../public.ts'
import type { BoundAttributes } from './bound-attributes.ts'

/**
 * What the lines of one stretch of the program have in common: a request, a withContext(), or the process as a whole. It lives in
 * the async context, so that `setContext` in one request is never seen in another.
 */
export class LogScope {
  bound: BoundAttributes | undefined
  /** The scope of the request around this one, which holds its wide event. */
  readonly request: LogScope | undefined
  /** What `log.set` has gathered; written with the one line the request ends with. */
  wide: Attributes | undefined = undefined

  private constructor(bound: BoundAttributes | undefined, request: LogScope | undefined, isRequest: boolean) {
    this.bound = bound
    this.request = isRequest ? this : request
  }

  static ofRequest(bound: BoundAttributes | undefined): LogScope {
    return new LogScope(bound, undefined, true)
  }

  /** Begins with what `outer` has now; what is set later stays apart. */
  static inside(outer: LogScope | undefined, bound: BoundAttributes | undefined): LogScope {
    return new LogScope(bound, outer?.request, false)
  }
}
