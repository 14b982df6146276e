import { exchangeOf } from '../instrument/exchange.ts'
import type { HttpRequest, HttpResponse } from '../public.ts'
import type { RequestInProgress } from './request-log.ts'

const progressKey = Symbol('wakeline.progress')

interface Holder {
  [progressKey]?: RequestInProgress
}

/** What a middleware for errors needs of the one that came first. Kept on the request where there is no exchange to keep it. */
export function holdProgress(request: HttpRequest & Holder, progress: RequestInProgress): void {
  request[progressKey] = progress
}

export function progressOf(request: HttpRequest & Holder): RequestInProgress | undefined {
  return exchangeOf(request)?.progress ?? request[progressKey]
}

export function noteError(
  error: unknown,
  request: HttpRequest & Holder,
  _response: HttpResponse,
  next: (error: unknown) => unknown,
): void {
  const progress = progressOf(request)
  if (progress !== undefined && isFailure(error)) progress.error = error
  next(error)
}

/** An error with a status below 500 is an answer (`ctx.throw(404)`, a body that is no JSON), not a failure of this service. */
export function isFailure(error: unknown): boolean {
  const { status, statusCode }: { status?: unknown; statusCode?: unknown } = Object(error)
  const said = status ?? statusCode
  return typeof said !== 'number' || said >= 500
}
