import type { Context } from 'hono'
import type { Failed } from '../query/prometheus/prometheus.ts'
import { type ErrorCode, failureOf, statusCode } from './errors.ts'

/** Errors in Prometheus' own shape, which its clients read: a type of their list, and the sentence. */
export type PrometheusErrorType =
  | 'bad_data'
  | 'execution'
  | 'canceled'
  | 'timeout'
  | 'not_found'
  | 'unavailable'
  | 'internal'
  | 'unauthorized'
  | 'forbidden'

const statuses: Readonly<Record<PrometheusErrorType, number>> = {
  bad_data: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  execution: 422,
  canceled: 499,
  internal: 500,
  timeout: 503,
  unavailable: 503,
}

const typeOfCode: Readonly<Record<ErrorCode, PrometheusErrorType>> = {
  invalid_request: 'bad_data',
  invalid_query: 'bad_data',
  unauthorized: 'unauthorized',
  forbidden: 'forbidden',
  not_found: 'not_found',
  method_not_allowed: 'bad_data',
  too_large: 'execution',
  too_many_attempts: 'unavailable',
  cancelled: 'canceled',
  internal: 'internal',
  busy: 'unavailable',
  store_away: 'unavailable',
  timeout: 'timeout',
}

/** Thrown inside the handlers of `/prometheus`. */
export class PrometheusFailure extends Error {
  override readonly name = 'PrometheusFailure'
  readonly type: PrometheusErrorType

  constructor(type: PrometheusErrorType, message: string) {
    super(message)
    this.type = type
  }

  static ofFailed({ failed, message }: Failed): PrometheusFailure {
    return new PrometheusFailure(failed === 'timeout' || failed === 'canceled' ? failed : 'execution', message)
  }
}

export function respondPrometheusFailure(context: Context, error: unknown, report: (error: unknown) => void): Response {
  const known = error instanceof PrometheusFailure ? undefined : failureOf(error)
  const type = error instanceof PrometheusFailure ? error.type : typeOfCode[known?.code ?? 'internal']
  const message = error instanceof PrometheusFailure ? error.message : (known?.message ?? '')
  if (type === 'internal' && !context.req.raw.signal.aborted) report(error)
  if (known?.retryAfterSeconds !== undefined) context.header('Retry-After', String(known.retryAfterSeconds))
  context.header('Cache-Control', 'no-store')
  const status = known?.code === 'method_not_allowed' ? 405 : statuses[type]
  return context.json({ status: 'error', errorType: type, error: message }, statusCode(status))
}
