import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import { uncompress } from 'snappy'
import type { Failure } from './answer.ts'

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

export type ReadBodyLimits = {
  /** Of one body, inflated. */
  bodySizeMaxBytes: number
  budget: BodyBudget
}

/** `heldBytes` are to be given back to the budget when the body is done with. */
export type Body = { bytes: Uint8Array; heldBytes: number }

/**
 * Reads and inflates a body. Undefined when the client went away, which nobody needs to be told. `impliedCoding` is
 * that of a body whose headers give none.
 */
export async function readBody(
  request: IncomingMessage,
  limits: ReadBodyLimits,
  impliedCoding = 'identity',
): Promise<Body | Failure | undefined> {
  const expected = Number(request.headers['content-length'] ?? 0)
  if (expected > limits.bodySizeMaxBytes) return tooLarge(limits)
  const received = await receive(request, limits)
  if (received === undefined || 'failure' in received) return received
  const coding = (request.headers['content-encoding'] || impliedCoding).trim().toLowerCase()
  if (coding === 'identity' || coding === '') return received
  const inflated = await inflateBody(received.bytes, coding, limits)
  if (!('failure' in inflated) && limits.budget.take(inflated.bytes.length)) {
    return { bytes: inflated.bytes, heldBytes: received.heldBytes + inflated.bytes.length }
  }
  limits.budget.give(received.heldBytes)
  return 'failure' in inflated ? inflated : tooMuchAtOnce
}

async function receive(request: IncomingMessage, limits: ReadBodyLimits): Promise<Body | Failure | undefined> {
  const { budget } = limits
  const chunks: Buffer[] = []
  let heldBytes = 0
  let failure: Failure | undefined
  try {
    // Left alive when the loop ends early: the answer still has to go out on its socket.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (heldBytes + chunk.length > limits.bodySizeMaxBytes) failure = tooLarge(limits)
      else if (!budget.take(chunk.length)) failure = tooMuchAtOnce
      if (failure !== undefined) break
      heldBytes += chunk.length
      chunks.push(chunk)
    }
  } catch {
    budget.give(heldBytes)
    return undefined
  }
  if (failure !== undefined) {
    budget.give(heldBytes)
    return failure
  }
  return { bytes: chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks), heldBytes }
}

type Inflate = (bytes: Uint8Array, maxBytes: number) => Promise<Uint8Array>

const unzip = promisify(gunzip)
const inflateZlib = promisify(inflate)
const inflaters: ReadonlyMap<string, Inflate> = new Map<string, Inflate>([
  ['gzip', (bytes, maxOutputLength) => unzip(bytes, { maxOutputLength })],
  ['x-gzip', (bytes, maxOutputLength) => unzip(bytes, { maxOutputLength })],
  ['deflate', (bytes, maxOutputLength) => inflateZlib(bytes, { maxOutputLength })],
  ['snappy', unsnap],
])

/** A raw block of snappy says at its beginning how long it will be, so that the limit is kept before it is made. */
async function unsnap(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  let length = 0
  for (let at = 0; at < 5; at += 1) {
    const byte = bytes[at] ?? 0
    length += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) break
  }
  if (length > maxBytes) throw new RangeError('it expands beyond the limit')
  return Buffer.from(await uncompress(bytes, { asBuffer: true }))
}

/** Off the event loop, and never to more than the limit: a bomb is stopped there, not after it has gone off. */
async function inflateBody(
  bytes: Uint8Array,
  coding: string,
  limits: ReadBodyLimits,
): Promise<{ bytes: Uint8Array } | Failure> {
  const inflater = inflaters.get(coding)
  if (inflater === undefined) {
    return {
      failure: 'type',
      message: `Cannot read the body: its Content-Encoding is "${coding}"; send gzip, deflate, snappy or identity`,
    }
  }
  try {
    return { bytes: await inflater(bytes, limits.bodySizeMaxBytes) }
  } catch (error) {
    if (error instanceof RangeError) return tooLarge(limits)
    const why = error instanceof Error ? error.message : String(error)
    return { failure: 'refused', message: `Cannot inflate the body as ${coding}: ${why}` }
  }
}

function tooLarge(limits: ReadBodyLimits): Failure {
  return {
    failure: 'size',
    message: `Cannot take the body: inflated it has more than ${limits.bodySizeMaxBytes} bytes, the limit; send smaller batches`,
  }
}

const tooMuchAtOnce: Failure = {
  failure: 'later',
  message: 'Cannot take the body now: the bodies being received fill the memory kept for them',
  retryAfterSeconds: 1,
}

/** What a sender that was refused before its body was read may still push at us before we hang up. */
const drainMaxBytes = 64 * 1024 * 1024
const drainMaxMs = 5_000

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
