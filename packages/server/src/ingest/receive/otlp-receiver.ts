import type { BodyBudget } from './read-body.ts'
import type { Submit } from './submit.ts'

/** What the receivers of OTLP, over HTTP and over gRPC, are told and what they can be told to do. */
export type OtlpReceiverOptions = {
  host: string
  /** 0 takes any free one. */
  port: number
  token: string
  /** Of one body or message, inflated. */
  bodySizeMaxBytes: number
  /** Of all bodies being received and decoded, shared with the other receivers. */
  budget: BodyBudget
  connectionsMax: number
  /** From the first byte of a request to its last. */
  requestTimeoutMs: number
  submit: Submit
  /** Hears of our own faults; senders are told only that there was one. */
  onFault: (error: unknown) => void
}

export type OtlpReceiver = {
  url: string
  /** Takes no new request, answers those begun, and closes. */
  stop(): Promise<void>
}
