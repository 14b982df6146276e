import type { ClientRequest, IncomingMessage } from 'node:http'
import { outgoingHeaders } from '../context/outgoing.ts'
import type { HistogramInstrument } from '../metrics/instruments.ts'
import { whenHttpIsLoaded } from '../node-parts.ts'
import { ClientCall, clientDuration } from './client-call.ts'
import type { InstrumentParts } from './instrument.ts'

const patched = Symbol('wakeline.patched')
/** Node announces a request before its headers are made since this version; on older ones the place is patched. */
const announcedSince = [22, 12] as const

/**
 * Traces node:http and node:https requests. The outcome comes from diagnostics_channel. The start must come before the
 * headers are written: Node >= 22.12 publishes it; Node 20 does not, so there the one internal method that writes them
 * is wrapped (`_storeHeader`; the release line is closed, it will not change any more).
 */
export class HttpClientInstrument {
  private readonly parts: InstrumentParts
  private readonly duration: HistogramInstrument
  private readonly calls = new WeakMap<ClientRequest, ClientCall>()
  private active = false

  constructor(parts: InstrumentParts) {
    this.parts = parts
    this.duration = clientDuration(parts)
  }

  /** Returns how to stop. */
  start(): () => void {
    this.active = true
    const onCreated = (message: unknown) => {
      const { request } = message as { request: ClientRequest }
      this.begin(request, (name, value) => {
        if (!request.headersSent && request.getHeader(name) === undefined) request.setHeader(name, value)
      })
    }
    const onResponse = (message: unknown) => {
      const { request, response } = message as { request: ClientRequest; response: IncomingMessage }
      const call = this.calls.get(request)
      if (call !== undefined) call.status = response.statusCode
    }
    const onError = (message: unknown) => {
      const { request, error } = message as { request: ClientRequest; error: unknown }
      this.calls.get(request)?.end(error)
    }
    const { channel } = process.getBuiltinModule('node:diagnostics_channel')
    if (announcesRequests()) channel('http.client.request.created').subscribe(onCreated)
    else whenHttpIsLoaded(() => this.patchHeaders())
    channel('http.client.response.finish').subscribe(onResponse)
    channel('http.client.request.error').subscribe(onError)
    return () => {
      this.active = false
      channel('http.client.request.created').unsubscribe(onCreated)
      channel('http.client.response.finish').unsubscribe(onResponse)
      channel('http.client.request.error').unsubscribe(onError)
    }
  }

  private begin(request: ClientRequest, setHeader: (name: string, value: string) => void): void {
    const suppressed = this.parts.storage.getStore()?.suppressed === true
    if (!this.active || suppressed || this.parts.yields() || this.calls.has(request)) return
    if (request.getHeader('traceparent') !== undefined) return
    const origin = `${request.protocol}//${request.getHeader('host') ?? request.host}`
    const call = new ClientCall(this.parts, this.duration, {
      method: request.method,
      origin: String(origin),
      path: request.path,
    })
    this.calls.set(request, call)
    request.once('close', () => call.end(undefined))
    outgoingHeaders(call.span, call.context, setHeader)
  }

  private patchHeaders(): void {
    const { ClientRequest, OutgoingMessage } = process.getBuiltinModule('node:http')
    if (Object.hasOwn(ClientRequest.prototype, patched)) return
    const original: unknown = Reflect.get(OutgoingMessage.prototype, '_storeHeader')
    if (typeof original !== 'function') return
    const begin = this.begin.bind(this)
    Object.defineProperty(ClientRequest.prototype, patched, { value: true })
    Object.defineProperty(ClientRequest.prototype, '_storeHeader', {
      configurable: true,
      writable: true,
      value: function storeHeader(this: ClientRequest, firstLine: string, headers: unknown): unknown {
        // Headers given as a list are written as they are: ours go into a copy of the list.
        const list: unknown[] | undefined = Array.isArray(headers) ? [...headers] : undefined
        begin(this, (name, value) => {
          if (list === undefined) this.setHeader(name, value)
          else if (Array.isArray(list[0])) list.push([name, value])
          else list.push(name, value)
        })
        return original.call(this, firstLine, list ?? headers)
      },
    })
  }
}

function announcesRequests(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > announcedSince[0] || (major === announcedSince[0] && minor >= announcedSince[1])
}
