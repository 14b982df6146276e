import type { Attributes } from '../public.ts'
import type { BoundAttributes } from './bound-attributes.ts'

/** Says what a scope begins with. It is asked when a line is written in it, and most requests write none but their last. */
export interface ScopeStart {
  makeBound(): BoundAttributes
}

/**
 * What the lines of one stretch of the program have in common: a request, a withContext(), or the process as a whole. It lives in
 * the async context, so that `setContext` in one request is never seen in another.
 */
export class LogScope {
  private known: BoundAttributes | undefined
  /** Until somebody has asked for what is bound, or bound something else. */
  start: ScopeStart | undefined
  /** The scope of the request around this one, which holds its wide event. */
  readonly request: LogScope | undefined
  /** What `log.set` has gathered; written with the one line the request ends with. */
  wide: Attributes | undefined

  private constructor(bound: BoundAttributes | undefined, request: LogScope | undefined, isRequest: boolean) {
    this.known = bound
    this.start = undefined
    this.request = isRequest ? this : request
    this.wide = undefined
  }

  static ofRequest(bound: BoundAttributes | undefined): LogScope {
    return new LogScope(bound, undefined, true)
  }

  /** Begins with what `outer` has now; what is set later stays apart. */
  static inside(outer: LogScope | undefined, bound: BoundAttributes | undefined): LogScope {
    return new LogScope(bound, outer?.request, false)
  }

  get bound(): BoundAttributes | undefined {
    if (this.start !== undefined) this.bound = this.start.makeBound()
    return this.known
  }

  set bound(bound: BoundAttributes | undefined) {
    this.start = undefined
    this.known = bound
  }
}
