import type { ApiError } from '@wakeline/protocol'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Refused } from '../base/refused.ts'
import { QueryError, StoreAwayError } from '../store/store.ts'

/** Every kind of error the API answers with, and its status. Closed: clients may switch on it. */
const statuses = {
  invalid_request: 400,
  invalid_query: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  too_large: 422,
  too_many_attempts: 429,
  cancelled: 499,
  internal: 500,
  busy: 503,
  store_away: 503,
  timeout: 504,
} as const satisfies Record<string, number>

export type ErrorCode = keyof typeof statuses

/** Thrown inside handlers; `respondFailure` is the one place that makes a response of it. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly code: ErrorCode
  readonly retryAfterSeconds: number | undefined
  readonly position: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    more: { retryAfterSeconds?: number; position?: number | undefined } = {},
  ) {
    super(message)
    this.code = code
    this.retryAfterSeconds = more.retryAfterSeconds
    this.position = more.position
  }

  static ofRefused({ refused, message, position }: Refused): ApiFailure {
    return new ApiFailure(refused, message, { position })
  }
}

type Failure = {
  code: ErrorCode
  message: string
  position?: number | undefined
  retryAfterSeconds?: number | undefined
}

/** Other systems' APIs have shapes of their own for what went wrong. */
export type FailureShape = (failure: Failure, status: number) => object

const ownShape: FailureShape = ({ code, message, position }): ApiError => ({
  error: { code, message, ...(position !== undefined && { position }) },
})

/** A refused question, or an error thrown on the way, as a response. `report` hears of what is our own fault. */
export function respondFailure(
  context: Context,
  error: unknown,
  report: (error: unknown) => void,
  shape: FailureShape = ownShape,
): Response {
  const failure = failureOf(error)
  const { code, retryAfterSeconds } = failure
  // Whatever broke off because nobody waits any more is not our fault.
  if (code === 'internal' && !context.req.raw.signal.aborted) report(error)
  if (retryAfterSeconds !== undefined) context.header('Retry-After', String(retryAfterSeconds))
  context.header('Cache-Control', 'no-store')
  return context.json(shape(failure, statuses[code]), statusCode(statuses[code]))
}

/** 499 is no registered status, but it is the one every proxy's log shows for a client that went away. */
export const statusCode = (status: number): ContentfulStatusCode => status as ContentfulStatusCode

export function failureOf(error: unknown): Failure {
  if (error instanceof ApiFailure) return error
  if (error instanceof StoreAwayError) return { code: 'store_away', message: error.message, retryAfterSeconds: 5 }
  if (error instanceof QueryError) return queryFailure(error)
  return {
    code: 'internal',
    message: 'Cannot answer this request: something is wrong in the server; its log says what',
  }
}

function queryFailure(error: QueryError): Failure {
  switch (error.reason) {
    case 'timeout':
      return { code: 'timeout', message: error.message }
    case 'memory':
    case 'rows':
      return { code: 'too_large', message: error.message }
    case 'cancelled':
      return { code: 'cancelled', message: error.message }
    case 'invalid':
      // The statement is ours, so this is our fault, whatever was asked.
      return {
        code: 'internal',
        message: 'Cannot answer this question: the engine refused its SQL; the log of the server says why',
      }
  }
}
