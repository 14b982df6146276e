import type { BatchAccount } from '@wakeline/protocol'
import type { Decoded } from '../decode/decode.ts'
import type { Signal } from '../decode/otlp-json.ts'

/** The seam between the receivers, which know connections, and the ingest behind them, which knows rows. */
export type Submit = (request: TelemetryRequest) => Promise<Submitted>

export type TelemetryRequest = {
  signal: Signal
  encoding: 'protobuf' | 'json' | 'remote-write-1' | 'remote-write-2'
  /** Inflated, unless it `isSnappy`. Not to be changed until the answer. */
  body: Uint8Array
  /** Whether the body is in snappy, and makes no more bytes than are taken. */
  isSnappy?: boolean
  /** What the sender calls this batch, the same each time it is sent; without it the body's hash stands in. */
  batchId?: string
  /** Records that were left out when this body was made of another, and why the first. */
  before?: { rejected: number; reason: string }
  /** What a sender that numbers its batches says of this one. */
  account?: BatchAccount | undefined
}

/** By kind, of remote write alone. A batch that was stored before has none: all of it is there. */
export type Written = NonNullable<Decoded['written']>

export type Submitted =
  /** Durable. `rejected` records made no sense; `reason` says why the first did not. */
  | { kind: 'stored'; rejected: number; reason: string; written?: Written }
  /** Nothing of it was kept, and sending it again is of no use. */
  | { kind: 'refused'; message: string }
  /** Nothing of it was kept; it will be welcome after this time. */
  | { kind: 'later'; message: string; retryAfterSeconds: number }
