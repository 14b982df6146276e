import { otlpJsonToProtobuf } from './decode/otlp-json.ts'
import { inTurns } from './in-turns.ts'
import type { Ingest, Submitted as Outcome } from './ingest.ts'
import type { Submit, Submitted } from './receive/submit.ts'

/** What receivers hand in, put into the words of the ingest: JSON becomes the same request in protobuf first. */
export function submitOtlp(ingest: Ingest): Submit {
  return async ({ signal, encoding, body, isSnappy, batchId, before, account }) => {
    const format = encoding === 'protobuf' || encoding === 'json' ? signal : encoding
    const more = { before, account, isSnappy }
    if (encoding !== 'json') return receiverWords(await ingest.submit(format, body, batchId, more))
    const transcoded = await inTurns(otlpJsonToProtobuf(signal, body))
    if ('refused' in transcoded) return { kind: 'refused', message: transcoded.refused }
    return receiverWords(await ingest.submit(format, transcoded.protobuf, batchId, { before: transcoded, account }))
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
