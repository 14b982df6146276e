import { jsonLinesToOtlp } from '../decode/json-lines.ts'
import { inTurns } from '../in-turns.ts'
import { failures, submittedFailure } from './answer.ts'
import { jsonReply, type Protocol } from './protocol.ts'
import { submitTranscoded } from './submit-transcoded.ts'

/**
 * POST /v1/jsonlines, one JSON object a line or a list of them. `?service=shop` names the service of lines that do
 * not. Answered with how many were taken and why the first of the others was not.
 */
export const jsonLinesProtocol: Protocol = {
  methods: ['POST'],
  mediaTypes: [],
  async receive(received, submit) {
    const service = new URLSearchParams(received.query).get('service') ?? ''
    const transcoded = await inTurns(jsonLinesToOtlp(received.body, service))
    const submitted = await submitTranscoded('logs', transcoded, received, submit)
    if (submitted.kind !== 'stored') return submittedFailure(submitted)
    const { rejected, reason } = submitted
    if (transcoded.records === 0 && rejected > 0) return { failure: 'refused', message: reason }
    const accepted = transcoded.records + transcoded.rejected - rejected
    return jsonReply(200, rejected === 0 ? { accepted } : { accepted, rejected, message: reason })
  },
  refuse: ({ failure, message }) => jsonReply(failures[failure].status, { code: failures[failure].code, message }),
}
