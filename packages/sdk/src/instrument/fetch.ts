import { outgoingHeaders } from '../context/outgoing.ts'
import { ClientCall, clientDuration } from './client-call.ts'
import type { InstrumentParts } from './instrument.ts'

/** What undici publishes with a request; `headers` is a list, or the text of them in old versions. */
interface UndiciRequest {
  readonly origin: string | URL
  readonly method: string
  readonly path: string
  readonly headers: string | readonly unknown[] | undefined
  addHeader(name: string, value: string): unknown
}

/** Traces `fetch` and undici by what undici publishes on diagnostics_channel. Returns how to stop. */
export function instrumentFetch(parts: InstrumentParts): () => void {
  const calls = new WeakMap<object, ClientCall>()
  const duration = clientDuration(parts)
  const onCreate = (message: unknown) => {
    const { request } = message as { request: UndiciRequest }
    if (parts.storage.getStore()?.suppressed === true || parts.yields() || alreadyTraced(request)) return
    const call = new ClientCall(parts, duration, {
      method: request.method,
      origin: String(request.origin),
      path: request.path,
    })
    calls.set(request, call)
    outgoingHeaders(call.span, call.context, (name, value) => request.addHeader(name, value))
  }
  const onHeaders = (message: unknown) => {
    const { request, response } = message as { request: object; response: { statusCode: number } }
    const call = calls.get(request)
    if (call !== undefined) call.status = response.statusCode
  }
  const onEnd = (message: unknown) => calls.get((message as { request: object }).request)?.end(undefined)
  const onError = (message: unknown) => {
    const { request, error } = message as { request: object; error: unknown }
    calls.get(request)?.end(error)
  }
  const subscriptions = [
    ['undici:request:create', onCreate],
    ['undici:request:headers', onHeaders],
    ['undici:request:trailers', onEnd],
    ['undici:request:error', onError],
  ] as const
  const { channel } = process.getBuiltinModule('node:diagnostics_channel')
  for (const [name, listener] of subscriptions) channel(name).subscribe(listener)
  return () => {
    for (const [name, listener] of subscriptions) channel(name).unsubscribe(listener)
  }
}

/** Another instrumentation was here first. */
function alreadyTraced(request: UndiciRequest): boolean {
  if (typeof request.headers === 'string') return /^traceparent:/im.test(request.headers)
  return (
    request.headers?.some((header) => typeof header === 'string' && header.toLowerCase() === 'traceparent') ?? false
  )
}
