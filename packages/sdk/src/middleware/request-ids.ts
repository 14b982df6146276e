import { randomUUID } from 'node:crypto'
import type { RequestIds } from './public.ts'

/** Nothing that could break a log line, a header or a terminal; nothing long. */
const harmless = /^[\w.:@/+=-]{1,128}$/

export function harmlessId(value: unknown): string | undefined {
  return typeof value === 'string' && harmless.test(value) ? value : undefined
}

/** The ids a request says it has, and new ones where it says none or something hostile. */
export function readRequestIds(from: { header(name: string): unknown }, trustUserId: boolean): RequestIds {
  const requestId = harmlessId(from.header('x-request-id')) ?? randomUUID()
  return {
    requestId,
    userId: trustUserId ? harmlessId(from.header('x-user-id')) : undefined,
    correlationId: harmlessId(from.header('x-correlation-id')) ?? requestId,
  }
}
