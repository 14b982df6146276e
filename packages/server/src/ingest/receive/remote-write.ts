import { countRecords } from '../decode/remote-write-count.ts'
import { unsnappedHere } from '../snappy.ts'
import { type Failure, failures, submittedFailure } from './answer.ts'
import { emptyReply, type Protocol, type Received, type Reply, textReply } from './protocol.ts'
import type { Written } from './submit.ts'

/**
 * Prometheus remote write, 1.0 and 2.0, told apart by the Content-Type. What has none is 1.0, and what does not say its
 * encoding is in snappy: Prometheus takes both, so there are senders that leave them out.
 * https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/
 *
 * The headers of what was written go to senders of 1.0 as well: 2.0 asks for them whatever the message is, and forbids a
 * sender of the older one to conclude anything from their absence.
 *
 * 204: durable. 400: some or all of it makes no sense and is not stored; the rest is, and is not to be sent again.
 * 503 with Retry-After: send it again.
 */
export const remoteWriteProtocol: Protocol = {
  methods: ['POST'],
  mediaTypes: ['application/x-protobuf'],
  isTypeOptional: true,
  impliedCoding: () => 'snappy',
  takesSnappy: true,
  async receive(received, submit) {
    const version = versionOf(received)
    if (typeof version === 'object') return version
    const encoding = version === 1 ? 'remote-write-1' : 'remote-write-2'
    const { body, sentHash, isSnappy } = received
    const batch = sentHash === '' ? {} : { batchId: sentHash }
    const submitted = await submit({ signal: 'metrics', encoding, body, isSnappy, ...batch })
    if (submitted.kind !== 'stored') return submittedFailure(submitted)
    const { rejected, reason, written } = submitted
    const headers = writtenHeaders(written ?? countRecords(isSnappy ? unsnappedHere(body) : body, version))
    if (rejected === 0) return { ...emptyReply(204), headers }
    return { ...textReply(failures.refused.status, `${reason} (${rejected} in all)\n`), headers }
  },
  refuse,
}

const formats: Readonly<Record<string, 1 | 2>> = {
  '': 1,
  'prometheus.writerequest': 1,
  'io.prometheus.write.v2.request': 2,
}

/** By the parameter `proto` of the Content-Type, which 1.0 has no need of. */
function versionOf({ header }: Received): 1 | 2 | Failure {
  const given = /;\s*proto="?([^";\s]*)/i.exec(header('content-type') ?? '')?.[1] ?? ''
  const version = Object.hasOwn(formats, given.toLowerCase()) ? formats[given.toLowerCase()] : undefined
  if (version !== undefined) return version
  return {
    failure: 'type',
    message: `Cannot receive ${JSON.stringify(given.slice(0, 200))}: remote write is prometheus.WriteRequest or io.prometheus.write.v2.Request`,
  }
}

function writtenHeaders({ samples, histograms, exemplars }: Written): Readonly<Record<string, string>> {
  return {
    'X-Prometheus-Remote-Write-Samples-Written': String(samples),
    'X-Prometheus-Remote-Write-Histograms-Written': String(histograms),
    'X-Prometheus-Remote-Write-Exemplars-Written': String(exemplars),
  }
}

/** Prometheus writes the first line of the text to its log. */
function refuse({ failure, message }: Failure): Reply {
  return textReply(failures[failure].status, `${message}\n`)
}
