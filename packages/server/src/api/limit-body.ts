import type { Context, MiddlewareHandler } from 'hono'
import { addressOf, noteAddress } from './caller.ts'

type BodyLimit = {
  maxSize: number
  /** Of a body that is larger, in bytes. */
  onError: (context: Context) => Response | Promise<Response>
}

/**
 * Refuses larger bodies. One that does not say its length (chunked, or of a DELETE) is read up to the limit first. Hono's own limit makes
 * such a request anew out of the one of its server for Node, which Node refuses: each was answered with an internal error.
 */
export function limitBody({ maxSize, onError }: BodyLimit): MiddlewareHandler {
  return async (context, next) => {
    const { raw } = context.req
    const length = raw.headers.get('content-length')
    if (length !== null && !raw.headers.has('transfer-encoding'))
      return Number(length) > maxSize ? onError(context) : next()
    const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = raw.body?.getReader()
    if (reader === undefined) return next()
    const pieces: Uint8Array[] = []
    let size = 0
    for (;;) {
      const { value, done } = await reader.read()
      if (done) break
      size += value.length
      if (size > maxSize) return onError(context)
      pieces.push(value)
    }
    const { url, method, headers, signal } = raw
    const body = size === 0 ? null : new Uint8Array(Buffer.concat(pieces))
    const whole = new Request(url, { method, headers, signal, body })
    noteAddress(whole, addressOf(raw))
    context.req.raw = whole
    return next()
  }
}
