import type { Attributes } from '../public.ts'
import type { BoundAttributes } from './bound-attributes.ts'

/**
 * What the lines of one stretch of the program have in common: a request, a withContext(), or the process as a whole. It lives in
 * the async context, so that `setContext` in one request is never seen in another.
 */
export class LogScope {
  /** Makes what is bound when it is first asked for: of many requests nobody asks. */
  later: { makeBound(): BoundAttributes } | undefined
  private own: BoundAttributes | undefined
  /** The scope of the request around this one, which holds its wide event. */
  readonly request: LogScope | undefined
  /** What `log.set` has gathered; written with the one line the request ends with. */
  wide: Attributes | undefined

  private constructor(bound: BoundAttributes | undefined, request: LogScope | undefined, isRequest: boolean) {
    // Here and not beside their names: initialisers are a call of their own for each request.
    this.later = undefined
    this.own = bound
    this.wide = undefined
    this.request = isRequest ? this : request
  }

  get bound(): BoundAttributes | undefined {
    if (this.later !== undefined) this.bound = this.later.makeBound()
    return this.own
  }

  set bound(bound: BoundAttributes | undefined) {
    this.own = bound
    this.later = undefined
  }

  static ofRequest(bound: BoundAttributes | undefined): LogScope {
    return new LogScope(bound, undefined, true)
  }

  /** Begins with what `outer` has now; what is set later stays apart. */
  static inside(outer: LogScope | undefined, bound: BoundAttributes | undefined): LogScope {
    return new LogScope(bound, outer?.request, false)
  }
}
