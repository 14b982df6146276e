import { otlp, WireWriter, wireType } from '@wakeline/protocol'
import type { Signal } from '../segment/batch-keys.ts'
import { type RefusedStatus, rpcCodes } from './refusal.ts'

/** What OTLP says back, in the encoding it was asked in. */
export type Encoding = 'protobuf' | 'json'

export const contentTypes: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

const rejectedName: Readonly<Record<Signal, string>> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
}

/** Export...ServiceResponse: empty, or with the count of rejected records and why the first was. */
export function encodeSuccess(encoding: Encoding, signal: Signal, rejected: number, reason: string): Uint8Array {
  if (encoding === 'json') {
    const partialSuccess = { [rejectedName[signal]]: String(rejected), errorMessage: reason }
    return Buffer.from(JSON.stringify(rejected > 0 ? { partialSuccess } : {}))
  }
  const out = new WireWriter(64)
  if (rejected > 0) {
    const mark = out.begin(otlp.exportResponse.partialSuccess)
    out.key(otlp.partialSuccess.rejectedRecords, wireType.varint)
    out.varint(rejected)
    out.textEntry(otlp.partialSuccess.errorMessage, reason)
    out.end(mark)
  }
  return out.take()
}

/** google.rpc.Status: 1 code, 2 message. */
export function encodeStatus(encoding: Encoding, status: RefusedStatus, message: string): Uint8Array {
  const code = rpcCodes[status]
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message }))
  const out = new WireWriter(64)
  out.key(1, wireType.varint)
  out.varint(code)
  out.textEntry(2, message)
  return out.take()
}
