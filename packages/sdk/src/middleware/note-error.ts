import type { HttpRequest, HttpResponse } from '../public.ts'
import type { RequestInProgress } from './request-log.ts'

const progressKey = Symbol('wakeline.progress')

interface Holder {
  [progressKey]?: RequestInProgress
}

/** What a middleware for errors needs of the one that came first. */
export function holdProgress(request: HttpRequest & Holder, progress: RequestInProgress): void {
  request[progressKey] = progress
}

export function progressOf(request: HttpRequest & Holder): RequestInProgress | undefined {
  return request[progressKey]
}

export function noteError(
  error: unknown,
  request: HttpRequest & Holder,
  _response: HttpResponse,
  next: (error: unknown) => unknown,
): void {
  const progress = request[progressKey]
  if (progress !== undefined) progress.error = error
  next(error)
}
