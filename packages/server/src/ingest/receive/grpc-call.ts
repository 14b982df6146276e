import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { encodeStatus, type Failure, failures } from './answer.ts'
import { generalCodings, type InflateLimits, inflateBody, isCoding, tooLarge } from './inflate-body.ts'
import type { BodyRoom, Reservation } from './otlp-grpc-room.ts'
import { type Body, drainMaxMs, type ReadBodyLimits } from './read-body.ts'

/**
 * One unary call of gRPC, which is little more than a request of HTTP/2:
 *
 *   headers     path   content-type   grpc-encoding   metadata, each a header
 *   a message   1 byte: whether it is compressed   4 bytes: its length   its bytes
 *   trailers    grpc-status   grpc-message   grpc-status-details-bin
 *
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md. A caller whose own time (grpc-timeout) is over says so
 * by resetting the stream; what it sent is stored all the same.
 */
export class GrpcCall {
  readonly #stream: ServerHttp2Stream
  readonly #headers: IncomingHttpHeaders

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#stream = stream
    this.#headers = headers
    // Of a caller that went away: `close` comes behind it.
    stream.on('error', () => {})
  }

  get path(): string {
    return this.header(':path') ?? ''
  }

  header(name: string): string | undefined {
    const value = this.#headers[name]
    return Array.isArray(value) ? value[0] : value
  }

  /** Whoever does not speak gRPC is told so in HTTP's words. */
  isGrpc(): boolean {
    const type = this.header('content-type') ?? ''
    if (/^application\/grpc($|[+;])/i.test(type)) return true
    this.#respond({ ':status': 415 })
    return false
  }

  /**
   * The message, expanded, or why there is none; undefined when the caller went away. Nothing of it is read before there
   * is room for it.
   */
  async receive(options: ReceiveOptions): Promise<Body | Failure | undefined> {
    const { chunks, heldBytes, outcome, reservation } = await receiveChunks(this.#stream, options)
    if (outcome !== 'whole') {
      reservation?.release()
      return outcome === 'gone' ? undefined : outcome
    }
    const { buffers } = options.limits
    const { bytes, buffer } = buffers.join(chunks, heldBytes)
    const message = await readMessage(bytes, this.header('grpc-encoding') ?? 'identity', options.limits)
    if ('failure' in message) reservation?.release()
    else reservation?.received(message.bytes.length)
    if ('failure' in message || message.isCopy) buffers.give(buffer)
    if ('failure' in message) return message
    const release = (): void => {
      reservation?.release()
      if (!message.isCopy) buffers.give(buffer)
    }
    return { bytes: message.bytes, sentHash: '', isSnappy: false, release }
  }

  answer(message: Uint8Array): void {
    const stream = this.#stream
    if (stream.closed || stream.destroyed) return
    const framed = Buffer.alloc(prefixBytes + message.length)
    framed.writeUInt32BE(message.length, 1)
    framed.set(message, prefixBytes)
    stream.respond(answerHeaders, { waitForTrailers: true })
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(framed)
  }

  /** The status line, and the same as a google.rpc.Status, which alone can say when to try again. */
  refuse(failure: Failure): void {
    this.#respond({
      ...answerHeaders,
      'grpc-status': String(failures[failure.failure].code),
      'grpc-message': encodeURI(failure.message.toWellFormed()),
      'grpc-status-details-bin': Buffer.from(encodeStatus(failure, 'protobuf')).toString('base64'),
    })
  }

  /** Headers and nothing else. What is still being sent is let run out, for a while. */
  #respond(headers: Readonly<Record<string, string | number>>): void {
    const stream = this.#stream
    if (stream.closed || stream.destroyed || stream.headersSent) return
    stream.respond({ ...headers }, { endStream: true })
    const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), drainMaxMs)
    stream.once('close', () => clearTimeout(timer))
    stream.resume()
  }
}

export type ReceiveOptions = {
  room: BodyRoom
  limits: Omit<ReadBodyLimits, 'budget'>
  /** From the headers to the end of the message. */
  timeoutMs: number
}

const prefixBytes = 5
const answerHeaders = {
  ':status': 200,
  'content-type': 'application/grpc+proto',
  'grpc-accept-encoding': ['identity', ...generalCodings].join(','),
}

type Chunks = {
  chunks: Buffer[]
  heldBytes: number
  outcome: 'whole' | 'gone' | Failure
  reservation: Reservation | undefined
}

function receiveChunks(stream: ServerHttp2Stream, { room, limits, timeoutMs }: ReceiveOptions): Promise<Chunks> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let heldBytes = 0
    const end = (outcome: Chunks['outcome']): void => {
      clearTimeout(late)
      stream.off('data', take).off('end', whole).off('close', gone)
      resolve({ chunks, heldBytes, outcome, reservation })
    }
    const take = (chunk: Buffer): void => {
      heldBytes += chunk.length
      if (heldBytes > prefixBytes + limits.bodySizeMaxBytes) end(tooLarge(limits))
      else chunks.push(chunk)
    }
    const whole = (): void => end('whole')
    const gone = (): void => end('gone')
    const late = setTimeout(end, timeoutMs, tooLate)
    stream.once('close', gone)
    const reservation = room.reserve(() => stream.on('data', take).once('end', whole))
    if (reservation === undefined) end(tooManyAtOnce)
  })
}

const tooLate: Failure = { failure: 'timeout', message: 'Cannot receive the call: its message took too long' }
const tooManyAtOnce: Failure = {
  failure: 'later',
  message: 'Cannot take the call now: too many calls wait for the memory kept for them',
  retryAfterSeconds: 1,
}

type Message = { bytes: Uint8Array; isCopy: boolean }

async function readMessage(framed: Uint8Array, coding: string, limits: InflateLimits): Promise<Message | Failure> {
  const view = new DataView(framed.buffer, framed.byteOffset, framed.byteLength)
  const isFramed = framed.length >= prefixBytes && view.getUint32(1) === framed.length - prefixBytes
  const compressed = isFramed ? view.getUint8(0) : 0
  if (!isFramed || compressed > 1) {
    return { failure: 'refused', message: 'Cannot read the call: it is not one message in the form of gRPC' }
  }
  const bytes = framed.subarray(prefixBytes)
  if (compressed === 0) return { bytes, isCopy: false }
  if (!isCoding(coding)) {
    return {
      failure: 'method',
      message: `Cannot expand the message: its grpc-encoding is none of ${generalCodings.join(', ')}`,
    }
  }
  const inflated = await inflateBody(bytes, coding, limits)
  return 'failure' in inflated ? inflated : { bytes: inflated.bytes, isCopy: true }
}
