import { zipkinToOtlp } from '../decode/zipkin.ts'
import { inTurns } from '../in-turns.ts'
import { contentTypes, failures, submittedFailure } from './answer.ts'
import { emptyReply, type Protocol, textReply } from './protocol.ts'
import { submitTranscoded } from './submit-transcoded.ts'

/**
 * Zipkin's API for reporters: POST /zipkin/api/v2/spans, a list of spans in JSON.
 *
 * 202 means all of it is durable. Where some spans make no sense the answer is 400 and says so, though the others were
 * kept: Zipkin has no other way to tell, and its reporters do not send again what was refused.
 */
export const zipkinProtocol: Protocol = {
  methods: ['POST'],
  mediaTypes: [contentTypes.json],
  async receive(received, submit) {
    const transcoded = await inTurns(zipkinToOtlp(received.body))
    if ('refused' in transcoded) return { failure: 'refused', message: transcoded.refused }
    const submitted = await submitTranscoded('traces', transcoded, received, submit)
    if (submitted.kind !== 'stored') return submittedFailure(submitted)
    if (submitted.rejected === 0) return emptyReply(202)
    const kept = transcoded.records + transcoded.rejected - submitted.rejected
    const message = `${submitted.reason}; ${kept} spans were stored and ${submitted.rejected} were not`
    return { failure: 'refused', message }
  },
  refuse: ({ failure, message }) => textReply(failures[failure].status, `${message}\n`),
}
