import { hexOfWord, wordOfHex } from '../hex.ts'
import { RemoteSpan } from '../traces/remote-span.ts'
import { TraceIdentity } from '../traces/trace-identity.ts'

/**
 * W3C trace context.
 *
 *     traceparent: 00-<32 hex trace id>-<16 hex parent id>-<2 hex flags>
 *     flags: 1 sampled, 2 random trace id
 */
const shape = /^[ \t]*([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[^ \t]*)?[ \t]*$/

/** The caller's span, or undefined when the header is absent or not valid (which starts a new trace). */
export function parseTraceParent(
  traceParent: string | undefined,
  traceState: string | undefined,
): RemoteSpan | undefined {
  if (traceParent === undefined) return undefined
  const found = shape.exec(traceParent)
  if (found === null) return undefined
  const [, version = '', traceId = '', spanId = '', flags = '', more] = found
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined
  if (traceId === zeroTraceId || spanId === zeroSpanId) return undefined
  const identity = TraceIdentity.ofHex(traceId)
  identity.random = (Number.parseInt(flags, 16) & 2) !== 0
  identity.state = parseTraceState(traceState)
  const sampled = (Number.parseInt(flags, 16) & 1) !== 0
  return new RemoteSpan(identity, wordOfHex(spanId, 0), wordOfHex(spanId, 8), sampled, true)
}

const zeroTraceId = '0'.repeat(32)
const zeroSpanId = '0'.repeat(16)

export function printTraceParent(span: {
  identity: TraceIdentity
  idHigh: number
  idLow: number
  sampled: boolean
}): string {
  const flags = (span.sampled ? 1 : 0) | (span.identity.random ? 2 : 0)
  return `00-${span.identity.hex()}-${hexOfWord(span.idHigh)}${hexOfWord(span.idLow)}-0${flags}`
}

const memberShape =
  /^([a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/
const membersMax = 32
const stateLengthMax = 8192

/** The list as it will be sent on, or undefined when there is none or one member is not valid: then all of it is dropped. */
export function parseTraceState(header: string | undefined): string | undefined {
  if (header === undefined || header.length > stateLengthMax) return undefined
  const members = header
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '')
  if (members.length === 0 || members.length > membersMax) return undefined
  const seen = new Set<string>()
  for (const member of members) {
    if (!memberShape.test(member)) return undefined
    const key = member.slice(0, member.indexOf('='))
    if (seen.has(key)) return undefined
    seen.add(key)
  }
  return members.join(',')
}
