import { readBatchAccount } from '@wakeline/protocol'
import type { Signal } from '../decode/otlp-json.ts'
import { contentTypes, type Encoding, encodeStatus, encodeStored, failures, submittedFailure } from './answer.ts'
import type { Protocol, Reply } from './protocol.ts'

/**
 * OTLP over HTTP, in protobuf or JSON, answered in the encoding of the request.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp
 *
 * 200 means durable. 4xx: do not send this again. 503 with Retry-After: send it again.
 */
export function otlpProtocol(signal: Signal): Protocol {
  return {
    methods: ['POST'],
    mediaTypes: [contentTypes.protobuf, contentTypes.json],
    async receive(received, submit) {
      const encoding = encodingOf(received.mediaType)
      const batchId = received.header('wakeline-batch-id')
      const submitted = await submit({
        signal,
        encoding,
        body: received.body,
        ...(batchId === undefined ? {} : { batchId }),
        account: readBatchAccount((name) => received.header(name)),
      })
      if (submitted.kind !== 'stored') return submittedFailure(submitted)
      return reply(200, encodeStored(signal, submitted, encoding), encoding)
    },
    refuse: refuseOtlp,
  }
}

/** Also what is answered where no protocol was asked for that we know. */
export const refuseOtlp: Protocol['refuse'] = (failure, { mediaType }) => {
  const encoding = encodingOf(mediaType)
  return reply(failures[failure.failure].status, encodeStatus(failure, encoding), encoding)
}

function encodingOf(mediaType: string): Encoding {
  return mediaType === contentTypes.protobuf ? 'protobuf' : 'json'
}

function reply(status: number, body: Uint8Array, encoding: Encoding): Reply {
  return { status, mediaType: contentTypes[encoding], body }
}
