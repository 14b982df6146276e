import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isFramed } from '../expand/framed-snappy.ts'
import { snappyLength } from '../snappy.ts'
import type { Failure } from './answer.ts'
import type { BodyBuffers } from './body-buffers.ts'
import { type InflateLimits, inflateBody, tooLarge, unsnappedHereMaxBytes } from './inflate-body.ts'

/**
 * Bytes of bodies held at once, of all receivers together, so that many large ones cannot take the process's memory.
 * Who finds no room is told so, or waits to hear that some was given back.
 */
export class BodyBudget {
  readonly maxBytes: number
  #heldBytes = 0
  readonly #waiting: (() => void)[] = []

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  take(bytes: number): boolean {
    if (this.#heldBytes + bytes > this.maxBytes) return false
    this.#heldBytes += bytes
    return true
  }

  give(bytes: number): void {
    this.#heldBytes -= bytes
    for (const listen of this.#waiting) listen()
  }

  /** Called whenever something was given back. */
  onGiven(listen: () => void): void {
    this.#waiting.push(listen)
  }
}

export type ReadBodyLimits = InflateLimits & {
  budget: BodyBudget
  buffers: BodyBuffers
}

/** To be released when it is done with: the next body may then be written over its bytes. */
export type Body = {
  bytes: Uint8Array
  /** Of a body in snappy, which is the same however often it is sent: names it, and is shorter to hash. Else ''. */
  sentHash: string
  /** Whether it still has to be expanded: of who can do that where it is read. */
  isSnappy: boolean
  release: () => void
}

/** What is the protocol's own about the coding of its bodies. */
export type BodyCoding = {
  /** Of one whose headers give none. */
  implied?: string | undefined
  /** Whether one in snappy is taken as it came, unless it is large. */
  takesSnappy?: boolean | undefined
}

/** Reads and inflates a body. Undefined when the client went away, which nobody needs to be told. */
export async function readBody(
  request: IncomingMessage,
  limits: ReadBodyLimits,
  { implied = 'identity', takesSnappy = false }: BodyCoding = {},
): Promise<Body | Failure | undefined> {
  const expected = Number(request.headers['content-length'] ?? 0)
  if (expected > limits.bodySizeMaxBytes) return tooLarge(limits)
  const received = await receive(request, limits)
  if (received === undefined || 'failure' in received) return received
  const coding = (request.headers['content-encoding'] || implied).trim().toLowerCase()
  if (coding === 'identity' || coding === '') return received
  const sentHash = coding === 'snappy' ? hash('sha256', received.bytes, 'base64url') : ''
  if (coding === 'snappy' && takesSnappy && !isFramed(received.bytes)) {
    const length = snappyLength(received.bytes)?.length ?? 0
    if (length <= Math.min(unsnappedHereMaxBytes, limits.bodySizeMaxBytes))
      return { ...received, sentHash, isSnappy: true }
  }
  const inflated = await inflateBody(received.bytes, coding, limits)
  const length = 'failure' in inflated ? 0 : inflated.bytes.length
  // Taken before the other is given back: both are there for a moment.
  const fits = limits.budget.take(length)
  received.release()
  if ('failure' in inflated) return inflated
  if (!fits) return tooMuchAtOnce
  return { bytes: inflated.bytes, sentHash, isSnappy: false, release: () => limits.budget.give(length) }
}

async function receive(request: IncomingMessage, limits: ReadBodyLimits): Promise<Body | Failure | undefined> {
  const { budget, buffers } = limits
  const { chunks, heldBytes, outcome } = await receiveChunks(request, limits)
  if (outcome !== 'whole') {
    budget.give(heldBytes)
    return outcome === 'gone' ? undefined : outcome
  }
  const [first] = chunks
  if (chunks.length === 1 && first !== undefined) {
    return { bytes: first, sentHash: '', isSnappy: false, release: () => budget.give(heldBytes) }
  }
  const { bytes, buffer } = buffers.join(chunks, heldBytes)
  return {
    bytes,
    sentHash: '',
    isSnappy: false,
    release: () => {
      budget.give(heldBytes)
      buffers.give(buffer)
    },
  }
}

type Chunks = { chunks: Buffer[]; heldBytes: number; outcome: 'whole' | 'gone' | Failure }

/** By its events, which cost a third of iterating over it. After a failure the request is paused and still alive. */
function receiveChunks(request: IncomingMessage, { bodySizeMaxBytes, budget }: ReadBodyLimits): Promise<Chunks> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let heldBytes = 0
    const end = (outcome: Chunks['outcome']): void => {
      request.off('data', take).off('end', whole).off('error', gone).off('close', gone)
      resolve({ chunks, heldBytes, outcome })
    }
    const take = (chunk: Buffer): void => {
      const isTooLarge = heldBytes + chunk.length > bodySizeMaxBytes
      if (isTooLarge || !budget.take(chunk.length)) {
        request.pause()
        end(isTooLarge ? tooLarge({ bodySizeMaxBytes }) : tooMuchAtOnce)
        return
      }
      heldBytes += chunk.length
      chunks.push(chunk)
    }
    const whole = (): void => end('whole')
    const gone = (): void => end('gone')
    request.on('data', take).once('end', whole).once('error', gone).once('close', gone)
    if (request.destroyed) gone()
  })
}

const tooMuchAtOnce: Failure = {
  failure: 'later',
  message: 'Cannot take the body now: the bodies being received fill the memory kept for them',
  retryAfterSeconds: 1,
}

/** What a sender that was refused before its body was read may still push at us before we hang up. */
const drainMaxBytes = 64 * 1024 * 1024
export const drainMaxMs = 5_000

/**
 * Lets the rest of a refused body run out, within bounds: many senders read no answer before they have sent all, and
 * a connection closed under them loses it.
 */
export function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    let drainedBytes = 0
    const timer = setTimeout(resolve, drainMaxMs)
    const done = (): void => {
      clearTimeout(timer)
      resolve()
    }
    request.on('data', (chunk: Buffer) => {
      drainedBytes += chunk.length
      if (drainedBytes > drainMaxBytes) done()
    })
    request.once('end', done).once('close', done)
    request.resume()
  })
}
