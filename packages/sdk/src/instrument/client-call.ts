import { monotonicMs } from '../clock.ts'
import { type Context, rootContext } from '../context/context.ts'
import { errorType, messageOf } from '../encode/plain-value.ts'
import type { HistogramInstrument } from '../metrics/instruments.ts'
import { type Span, spanKind, statusCode } from '../traces/span.ts'
import { knownMethod, shownUrl } from './http-names.ts'
import { httpClientScope, type InstrumentParts } from './instrument.ts'

export interface OutgoingRequest {
  readonly method: string
  readonly origin: string
  readonly path: string
}

/** One outgoing HTTP request, whichever client makes it: span, duration, outcome. */
export class ClientCall {
  readonly span: Span
  readonly context: Context
  status: number | undefined = undefined
  private readonly duration: HistogramInstrument
  private readonly labels: Record<string, string | number | undefined>
  private readonly startMs = monotonicMs()
  private ended = false

  constructor(parts: InstrumentParts, duration: HistogramInstrument, request: OutgoingRequest) {
    this.duration = duration
    this.context = parts.storage.getStore() ?? rootContext
    const method = knownMethod(request.method)
    this.span = parts.tracing.start(parts.chunk, method, this.context, {
      kind: spanKind.client,
      startUnixMs: 0,
      root: false,
    })
    const url = URL.canParse(request.origin) ? new URL(request.origin) : undefined
    const port = url === undefined ? undefined : Number(url.port || (url.protocol === 'https:' ? 443 : 80))
    this.labels = { 'http.request.method': method, 'server.address': url?.hostname, 'server.port': port }
    this.span.setAttributes(this.labels)
    this.span.setAttribute('url.full', shownUrl(request.origin, request.path))
  }

  /** Ends the span. Without an error and without a status the other side went away before it answered. */
  end(error: unknown): void {
    if (this.ended) return
    this.ended = true
    const status = this.status
    const failed = error !== undefined || status === undefined || status >= 400
    const type =
      error !== undefined ? codeOf(error) : status === undefined ? 'ECONNRESET' : failed ? String(status) : undefined
    this.span.setAttribute('http.response.status_code', status)
    this.span.setAttribute('error.type', type)
    if (failed)
      this.span.setStatus({ code: statusCode.error, ...(error === undefined ? {} : { message: messageOf(error) }) })
    this.span.end()
    const seconds = (monotonicMs() - this.startMs) / 1000
    this.duration.record(seconds, { ...this.labels, 'http.response.status_code': status, 'error.type': type })
  }
}

/** `ECONNREFUSED` says more than `Error`. */
function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' && code !== '' ? code : errorType(error)
}

export function clientDuration(parts: InstrumentParts): HistogramInstrument {
  return parts.metering.histogram(httpClientScope, 'http.client.request.duration', {
    unit: 's',
    description: 'Duration of HTTP client requests.',
  })
}
