import { Worker } from 'node:worker_threads'
import { BodyBuffers } from '../receive/body-buffers.ts'
import type { DecodedJob, DecodeJob, Decoder, DecoderOptions } from './decoder.ts'
import type { EncodedBlock } from './open-blocks.ts'

/**
 * A decoder on a thread of its own (`decoder-worker.ts`), so that the thread that receives is free for what else it does.
 *
 *   asked      decode, with a body in memory that both threads see | take | forget known
 *   answered   one answer for each but the last, in the order they were asked in; blocks are handed over, not copied
 *
 * Should the thread end by itself, the process ends: what it had acknowledged is in its segments.
 */
export type DecoderQuestion =
  | { ask: 'decode'; job: DecodeJob; body: Uint8Array }
  | { ask: 'take' }
  | { ask: 'forget known' }
export type DecoderAnswer =
  | { answer: 'decoded'; outcome: DecodedJob }
  | { answer: 'fault'; error: Error }
  | { answer: 'taken'; blocks: EncodedBlock[] }

/** Who waits for a request to be decoded. */
type Asker = {
  job: DecodeJob
  body: Uint8Array
  resolve: (outcome: DecodedJob) => void
  reject: (error: Error) => void
}
/** Bytes of bodies that the thread has before it, which are in memory twice: enough for it never to wait. */
const aheadMaxBytes = 2 * 1024 * 1024

/** `worker` is the file of `decoder-worker.ts`, as it was built. */
export function startDecoderThread(worker: URL, options: DecoderOptions): Decoder {
  return new DecoderThread(new Worker(worker, { workerData: options }))
}

class DecoderThread implements Decoder {
  redacted = 0
  readonly #worker: Worker
  readonly #waiting: Asker[] = []
  readonly #decoding: (Asker & { buffer: Buffer })[] = []
  #aheadBytes = 0
  readonly #taking: ((blocks: EncodedBlock[]) => void)[] = []
  readonly #buffers = new BodyBuffers((bytes) => Buffer.from(new SharedArrayBuffer(bytes)))

  constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (answer: DecoderAnswer) => this.#hear(answer))
  }

  decode(job: DecodeJob, body: Uint8Array): Promise<DecodedJob> {
    // No step between this promise and who waits for it: an answer must not be overtaken by that of a later `take`.
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, body, resolve, reject })
      this.#askNext()
    })
  }

  take(): Promise<EncodedBlock[]> {
    return new Promise((resolve) => {
      this.#taking.push(resolve)
      this.#ask({ ask: 'take' })
    })
  }

  forgetKnown(): void {
    this.#ask({ ask: 'forget known' })
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  /** Hands on what there is room for; one alone may be larger than that. */
  #askNext(): void {
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      const { job, body } = next
      if (this.#aheadBytes > 0 && this.#aheadBytes + body.length > aheadMaxBytes) return
      this.#waiting.shift()
      this.#aheadBytes += body.length
      const { bytes, buffer } = this.#buffers.join([body], body.length)
      this.#decoding.push({ ...next, buffer })
      this.#ask({ ask: 'decode', job, body: bytes })
    }
  }

  #ask(question: DecoderQuestion): void {
    this.#worker.postMessage(question)
  }

  #hear(answer: DecoderAnswer): void {
    if (answer.answer === 'taken') {
      this.#taking.shift()?.(answer.blocks)
      return
    }
    const asker = this.#decoding.shift()
    if (asker === undefined) throw new Error('the thread that decodes has answered what nobody asked')
    this.#buffers.give(asker.buffer)
    this.#aheadBytes -= asker.body.length
    this.#askNext()
    if (answer.answer === 'fault') asker.reject(answer.error)
    else {
      this.redacted += answer.outcome.redacted
      asker.resolve(answer.outcome)
    }
  }
}
