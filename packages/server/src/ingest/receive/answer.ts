import { otlp, WireWriter } from '@wakeline/protocol'
import type { Signal } from '../decode/otlp-json.ts'
import type { Submitted, TelemetryRequest } from './submit.ts'

/**
 * What a receiver says, before it is put into a protocol's words. One table turns every failure into a status, so that
 * OTLP over HTTP and over gRPC cannot come to disagree.
 */
export type Failure = { failure: keyof typeof failures; message: string; retryAfterSeconds?: number }

/** HTTP status, and the google.rpc.Code that stands in the Status message of the body. */
export const failures = {
  refused: { status: 400, code: 3 },
  unauthenticated: { status: 401, code: 16 },
  forbidden: { status: 403, code: 7 },
  path: { status: 404, code: 5 },
  method: { status: 405, code: 12 },
  timeout: { status: 408, code: 4 },
  size: { status: 413, code: 8 },
  type: { status: 415, code: 3 },
  later: { status: 503, code: 14 },
  fault: { status: 500, code: 13 },
} as const

export type Encoding = Extract<TelemetryRequest['encoding'], 'protobuf' | 'json'>

export const contentTypes: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

export function submittedFailure(submitted: Exclude<Submitted, { kind: 'stored' }>): Failure {
  return submitted.kind === 'refused'
    ? { failure: 'refused', message: submitted.message }
    : { failure: 'later', message: submitted.message, retryAfterSeconds: submitted.retryAfterSeconds }
}

const rejectedName: Readonly<Record<Signal, string>> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
}

const nothing = new Uint8Array(0)

/** Export…ServiceResponse: empty when all was kept as it was sent, else the partial success; of no rejects it is a warning. */
export function encodeStored(
  signal: Signal,
  stored: { rejected: number; reason: string },
  encoding: Encoding,
): Uint8Array {
  const { rejected, reason } = stored
  if (encoding === 'json') {
    const partial = { [rejectedName[signal]]: String(rejected), errorMessage: reason }
    return Buffer.from(JSON.stringify(rejected === 0 && reason === '' ? {} : { partialSuccess: partial }))
  }
  if (rejected === 0 && reason === '') return nothing
  const writer = new WireWriter(128)
  const mark = writer.begin(otlp.exportResponse.partialSuccess)
  if (rejected > 0) writer.varintEntry(otlp.partialSuccess.rejectedRecords, rejected)
  writer.textEntry(otlp.partialSuccess.errorMessage, reason)
  writer.end(mark)
  return writer.take()
}

/** google.rpc.Status, which OTLP/HTTP wants as the body of every failure, and OTLP/gRPC beside the code. */
export function encodeStatus({ failure, message, retryAfterSeconds }: Failure, encoding: Encoding): Uint8Array {
  const { code } = failures[failure]
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message }))
  const writer = new WireWriter(128)
  writer.varintEntry(1, code)
  writer.textEntry(2, message)
  if (retryAfterSeconds !== undefined) writeRetryInfo(writer, retryAfterSeconds)
  return writer.take()
}

/** A detail of the status, an Any that holds google.rpc.RetryInfo: senders over gRPC wait as long as it says. */
function writeRetryInfo(writer: WireWriter, seconds: number): void {
  const detail = writer.begin(3)
  writer.textEntry(1, 'type.googleapis.com/google.rpc.RetryInfo')
  const info = writer.begin(2)
  const delay = writer.begin(1)
  writer.varintEntry(1, seconds)
  writer.end(delay)
  writer.end(info)
  writer.end(detail)
}
