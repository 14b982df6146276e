import { lokiJsonToOtlp, lokiProtobufToOtlp } from '../decode/loki.ts'
import { inTurns } from '../in-turns.ts'
import { contentTypes, failures, submittedFailure } from './answer.ts'
import { emptyReply, type Protocol, textReply } from './protocol.ts'
import { submitTranscoded } from './submit-transcoded.ts'

/**
 * Loki's push API: POST /loki/api/v1/push, in JSON, or in protobuf that is snappy even where no header says so.
 *
 * 204 means all of it is durable. As Loki itself does, 400 says what was wrong with some entries although the others
 * were kept: it is not to be sent again.
 */
export const lokiProtocol: Protocol = {
  methods: ['POST'],
  mediaTypes: [contentTypes.json, contentTypes.protobuf],
  impliedCoding: ({ mediaType }) => (mediaType === contentTypes.protobuf ? 'snappy' : 'identity'),
  async receive(received, submit) {
    const transcode = received.mediaType === contentTypes.protobuf ? lokiProtobufToOtlp : lokiJsonToOtlp
    const transcoded = await inTurns(transcode(received.body))
    if ('refused' in transcoded) return { failure: 'refused', message: transcoded.refused }
    const submitted = await submitTranscoded('logs', transcoded, received, submit)
    if (submitted.kind !== 'stored') return submittedFailure(submitted)
    if (submitted.rejected === 0) return emptyReply(204)
    const kept = transcoded.records + transcoded.rejected - submitted.rejected
    const message = `${submitted.reason}; ${kept} entries were stored and ${submitted.rejected} were not`
    return { failure: 'refused', message }
  },
  refuse: ({ failure, message }) => textReply(failures[failure].status, `${message}\n`),
}
