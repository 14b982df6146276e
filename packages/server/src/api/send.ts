import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Context } from 'hono'

const compress = promisify(gzip)
const compressedFromBytes = 4096

/** Bytes of a type, compressed where that pays and the client can read it. */
export async function sendBytes(context: Context, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<Response> {
  context.header('Vary', 'Accept-Encoding')
  const isText = /^(text\/|application\/(json|manifest)|image\/svg)/.test(type)
  const accepts = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(context.req.header('accept-encoding') ?? '')
  if (bytes.length < compressedFromBytes || !isText || !accepts)
    return context.body(bytes, 200, { 'Content-Type': type })
  const small = await compress(bytes, { level: constants.Z_BEST_SPEED })
  return context.body(new Uint8Array(small), 200, { 'Content-Type': type, 'Content-Encoding': 'gzip' })
}

export async function sendJson(context: Context, answer: object): Promise<Response> {
  return sendJsonText(context, JSON.stringify(answer))
}

export async function sendJsonText(context: Context, text: string): Promise<Response> {
  return sendJsonBytes(context, new Uint8Array(Buffer.from(text)))
}

export async function sendJsonBytes(context: Context, bytes: Uint8Array<ArrayBuffer>): Promise<Response> {
  context.header('Cache-Control', 'no-store')
  return sendBytes(context, bytes, 'application/json')
}
