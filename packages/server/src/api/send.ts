import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Context } from 'hono'
import { isLocalProgram } from './caller.ts'
import { type DeflatedJson, gzipped } from './deflated-json.ts'
import { JsonBytes, type JsonWriting } from './json-bytes.ts'

const compress = promisify(gzip)
const compressedFromBytes = 4096

/** Bytes of a type, compressed where that pays and the client can read it. */
export async function sendBytes(
  context: Context,
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
  pays = readsGzip(context),
): Promise<Response> {
  context.header('Vary', 'Accept-Encoding')
  const isText = /^(text\/|application\/(json|manifest)|image\/svg)/.test(type)
  if (bytes.length < compressedFromBytes || !isText || !pays) return context.body(bytes, 200, { 'Content-Type': type })
  const small = await compress(bytes, compression)
  return context.body(new Uint8Array(small), 200, { 'Content-Type': type, 'Content-Encoding': 'gzip' })
}

const compression = { level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 }

const readsGzip = (context: Context): boolean =>
  /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(context.req.header('accept-encoding') ?? '')

/** Of answers to questions: decision 0102. */
const paysToCompress = (context: Context): boolean => readsGzip(context) && !isLocalProgram(context)

export async function sendJson(context: Context, answer: object): Promise<Response> {
  return sendJsonText(context, JSON.stringify(answer))
}

async function sendJsonText(context: Context, text: string): Promise<Response> {
  return sendJsonBytes(context, new Uint8Array(Buffer.from(text)))
}

async function sendJsonBytes(context: Context, bytes: Uint8Array<ArrayBuffer>): Promise<Response> {
  context.header('Cache-Control', 'no-store')
  return sendBytes(context, bytes, 'application/json', paysToCompress(context))
}

/**
 * JSON that may be large is sent while it is written: each piece is compressed as soon as it is full, the client reads those before,
 * and others are served between.
 */
export async function sendWrittenJson(
  context: Context,
  write: (into: JsonBytes) => JsonWriting,
  deflated: DeflatedJson,
): Promise<Response> {
  const pieces = piecesOf(write)
  const first = pieces.next()
  context.header('Cache-Control', 'no-store')
  context.header('Vary', 'Accept-Encoding')
  context.header('Content-Type', 'application/json')
  const isSmall = first.value.length < compressedFromBytes
  const form = isSmall || !paysToCompress(context) ? undefined : gzipped(deflated)
  if (form !== undefined) context.header('Content-Encoding', 'gzip')
  if (first.done) return context.body(form === undefined ? first.value : form(first.value, true))
  return context.body(bodyOf(Readable.from(turnByTurn(first.value, pieces, form ?? asItIs))))
}

type Bytes = Uint8Array<ArrayBuffer>
type Form = (piece: Bytes, isLast: boolean) => Bytes
const asItIs: Form = (piece) => piece
/** Below a power of two by more than most series take, so that memory does not double for the last one. */
const pieceBytes = 192 * 1024

/** Full pieces, and what is left in the end. */
function* piecesOf(write: (into: JsonBytes) => JsonWriting): Generator<Bytes, Bytes> {
  const json = new JsonBytes()
  const writing = write(json)
  while (writing.next().done !== true) if (json.length >= pieceBytes) yield json.take()
  return json.bytes
}

async function* turnByTurn(first: Bytes, pieces: Iterator<Bytes, Bytes>, form: Form): AsyncGenerator<Bytes> {
  yield form(first, false)
  for (;;) {
    await setImmediate()
    const { value, done } = pieces.next()
    yield form(value, done === true)
    if (done) return
  }
}

const bodyOf = (stream: Readable): ReadableStream<Bytes> => Readable.toWeb(stream)
