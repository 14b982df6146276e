/**
 * The types of `wakeline/http` and of the modules for frameworks. This file imports only the types of `wakeline`.
 */
import type { Attributes, HttpRequest, HttpResponse } from '../public.ts'

/** What one request is called by; on every line written in it. */
export interface RequestIds {
  /** From X-Request-ID when that is harmless, else made. Echoed. */
  requestId: string
  /** From X-User-ID. Anyone can send that header: let only your own proxy do so, or set `trustUserId: false`. */
  userId: string | undefined
  /** From X-Correlation-ID, else the request id. Echoed. */
  correlationId: string
}

export interface RequestOptions {
  /** A line at the start too. Default false: one line a request, when it is over */
  startLine?: boolean
  /** Requests that get no line: health probes of others, assets. Default none */
  ignore?: (path: string) => boolean
  /** Whether X-User-ID is taken over. Default true */
  trustUserId?: boolean
  /** Whether /livez, /readyz and /startupz are answered, see `wakeline/health`. Default true */
  probes?: boolean | { prefix?: string; verbose?: boolean }
  /** More attributes of the line, asked for when the request is over. */
  attributes?: (request: HttpRequest) => Attributes
}

/** For node:http, Connect and Express. `next` continues with the request. */
export type NodeMiddleware = (request: HttpRequest, response: HttpResponse, next: (error?: unknown) => unknown) => void

/** Work that came another way than by HTTP: a message of a queue, a job. */
export interface OtherRequest {
  requestId?: string
  userId?: string
  correlationId?: string
  attributes?: Attributes
}
