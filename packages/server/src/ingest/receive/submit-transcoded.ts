import { randomUUID } from 'node:crypto'
import type { TranscodedRecords } from '../decode/json-lines.ts'
import type { Signal } from '../decode/otlp-json.ts'
import type { Received } from './protocol.ts'
import type { Submit, Submitted } from './submit.ts'

/**
 * Hands in what was sent in another protocol, and counts its rejects with those of the decoder. A sender may name its
 * batch, as over OTLP; else the same bytes are the same batch, if they bear times.
 */
export async function submitTranscoded(
  signal: Signal,
  { protobuf, rejected, reason, isTimed }: TranscodedRecords,
  received: Received,
  submit: Submit,
): Promise<Submitted> {
  const batchId = received.header('wakeline-batch-id') ?? (isTimed ? undefined : randomUUID())
  return submit({
    signal,
    encoding: 'protobuf',
    body: protobuf,
    before: { rejected, reason },
    ...(batchId === undefined ? {} : { batchId }),
  })
}
