import type { BatchAccount } from '@wakeline/protocol'
import { Arrival, type ArrivalOptions } from '../arrival/arrival.ts'
import { appendReceipt } from '../receipt.ts'
import type { Signal } from '../segment/batch-keys.ts'
import type { Decode, Decoded, DecodeLimits, Refused } from './decode.ts'
import { type EncodedBlock, OpenBlocks, type OpenBlocksOptions } from './open-blocks.ts'
import { decodeOtlpLogs, decodeOtlpMetrics, decodeOtlpTraces } from './otlp.ts'
import { decodeRemoteWrite1, decodeRemoteWrite2 } from './remote-write.ts'

/** What bodies are in: OTLP of a signal, or Prometheus remote write 1.0 or 2.0. */
export type Format = Signal | 'remote-write-1' | 'remote-write-2'

/** Plain data, so that it can be told to another thread. */
export type DecoderOptions = OpenBlocksOptions & {
  limits: DecodeLimits
  /** What is done to records besides storing them as they were sent; without it, nothing is. */
  arrival: ArrivalOptions | undefined
  /** Rows of a group, beyond which nothing is decoded before it is taken. */
  groupRowsMax: number
}

export type DecodeJob = {
  format: Format
  nowUnixMs: number
  /** As `shedding.ts` numbers it. */
  shedLevel: number
  /** What the sender says of the batch, to be kept with it. */
  account: BatchAccount | undefined
}

/** `rows` were appended for it: none when it was refused or the group is full, and exemplars alone are rows, too. */
export type DecodedJob = { decoded: Decoded | Refused | 'full'; rows: number; redacted: number }

/**
 * Decodes requests into the blocks of the next group, one after the other, on whatever thread these are. Blocks that were
 * taken have the rows of the requests that were answered before them and after the ones taken last, and no others.
 */
export type Decoder = {
  /** Values replaced since the start, because they were, or had in them, a secret. */
  readonly redacted: number
  /** The body must not be changed until the answer. Rejects because of a fault of ours, and then nothing of it stays. */
  decode(job: DecodeJob, body: Uint8Array): Promise<DecodedJob>
  /** Complete blocks in the order of `tableNames`. The rows are then forgotten here. */
  take(): Promise<EncodedBlock[]>
  /** To be called when blocks that were taken did not become durable: see `OpenBlocks`. */
  forgetKnown(): void
  stop(): Promise<void>
}

const decoders: Record<Format, Decode> = {
  traces: decodeOtlpTraces,
  logs: decodeOtlpLogs,
  metrics: decodeOtlpMetrics,
  'remote-write-1': decodeRemoteWrite1,
  'remote-write-2': decodeRemoteWrite2,
}

/** What a decoder is made of, on the thread it is on. */
export class BlockDecoder {
  readonly blocks: OpenBlocks
  readonly #arrival: Arrival | undefined
  readonly #limits: DecodeLimits
  readonly #groupRowsMax: number

  constructor(options: DecoderOptions) {
    this.blocks = new OpenBlocks(options)
    this.#arrival = options.arrival === undefined ? undefined : new Arrival(options.arrival)
    this.#limits = options.limits
    this.#groupRowsMax = options.groupRowsMax
  }

  get redacted(): number {
    return this.#arrival?.redacted ?? 0
  }

  decode({ format, nowUnixMs, shedLevel, account }: DecodeJob, body: Uint8Array): DecodedJob {
    const { blocks, redacted } = this
    const rowsBefore = blocks.rows
    if (rowsBefore >= this.#groupRowsMax) return { decoded: 'full', rows: 0, redacted: 0 }
    const decoded = decoders[format](body, {
      blocks,
      nowUnixMs,
      limits: this.#limits,
      arrival: this.#arrival,
      shedLevel: format === 'traces' || format === 'logs' ? shedLevel : 0,
    })
    if (account !== undefined && !('refused' in decoded))
      appendReceipt(blocks, account, { signal: format, decoded, nowUnixMs })
    return { decoded, rows: blocks.rows - rowsBefore, redacted: this.redacted - redacted }
  }
}

/** On the thread that asks. */
export function decodeHere(options: DecoderOptions): Decoder {
  const decoder = new BlockDecoder(options)
  return {
    get redacted() {
      return decoder.redacted
    },
    decode: async (job, body) => decoder.decode(job, body),
    take: async () => decoder.blocks.take(),
    forgetKnown: () => decoder.blocks.forgetKnown(),
    stop: async () => {},
  }
}
