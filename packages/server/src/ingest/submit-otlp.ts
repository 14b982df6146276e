import { otlpJsonToProtobuf } from './decode/otlp-json.ts'
import type { Ingest, Submitted as Outcome } from './ingest.ts'
import type { Submit, Submitted } from './receive/submit.ts'

/** What receivers hand in, put into the words of the ingest: JSON becomes the same request in protobuf first. */
export function submitOtlp(ingest: Ingest): Submit {
  return async ({ signal, encoding, body, batchId }) => {
    if (encoding === 'protobuf') return receiverWords(await ingest.submit(signal, body, batchId))
    if (encoding !== 'json') return receiverWords(await ingest.submit(encoding, body, batchId))
    const transcoded = otlpJsonToProtobuf(signal, body)
    if ('refused' in transcoded) return { kind: 'refused', message: transcoded.refused }
    const submitted = receiverWords(await ingest.submit(signal, transcoded.protobuf, batchId))
    if (submitted.kind !== 'stored' || transcoded.rejected === 0) return submitted
    return { kind: 'stored', rejected: submitted.rejected + transcoded.rejected, reason: transcoded.reason }
  }
}

function receiverWords(outcome: Outcome): Submitted {
  if (outcome.outcome === 'stored') {
    const { rejected, reason, written } = outcome
    return { kind: 'stored', rejected, reason, ...(written === undefined ? {} : { written }) }
  }
  if (outcome.outcome === 'refused') return { kind: 'refused', message: outcome.reason }
  return { kind: 'later', message: outcome.reason, retryAfterSeconds: Math.ceil(outcome.retryAfterMs / 1000) }
}
