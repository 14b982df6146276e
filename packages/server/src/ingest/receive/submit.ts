import type { Signal } from '../decode/otlp-json.ts'

/** The seam between the receivers, which know connections, and the ingest behind them, which knows rows. */
export type Submit = (request: TelemetryRequest) => Promise<Submitted>

export type TelemetryRequest = {
  signal: Signal
  encoding: 'protobuf' | 'json'
  /** Inflated. Not to be changed until the answer. */
  body: Uint8Array
  /** What the sender calls this batch, the same each time it is sent; without it the body's hash stands in. */
  batchId?: string
}

export type Submitted =
  /** Durable. `rejected` records made no sense; `reason` says why the first did not. */
  | { kind: 'stored'; rejected: number; reason: string }
  /** Nothing of it was kept, and sending it again is of no use. */
  | { kind: 'refused'; message: string }
  /** Nothing of it was kept; it will be welcome after this time. */
  | { kind: 'later'; message: string; retryAfterSeconds: number }
