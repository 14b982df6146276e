import type { Problem, ProblemSpan } from './problem.ts'
import { numberOf } from './read-attributes.ts'
import type { TraceFacts } from './trace-facts.ts'
import { nameWithoutValues } from './without-values.ts'

const sizeMinBytes = 300_000
const durationMinNano = 100e6

const sizes = [
  'http.response.body.size',
  'http.response_content_length',
  'http.response.header.content-length',
  'http.request.body.size',
  'http.request_content_length',
  'messaging.message.body.size',
  'messaging.message_payload_size_bytes',
] as const

/** An answer, request or message of 300 kB or more that took 100 ms or more. Told of who sent or asked, not again of who answered. */
export function largePayloads<Span extends ProblemSpan>(facts: TraceFacts<Span>): Problem<Span>[] {
  return facts.all.flatMap(({ node, parent: above, call }) => {
    const { service, durationNano } = node.span
    if (durationNano < durationMinNano) return []
    const parent = above?.node
    const bytes = bytesOf(node.span)
    if (bytes < sizeMinBytes) return []
    if (parent?.span.kind === 'client' && bytesOf(parent.span) >= sizeMinBytes) return []
    const subject = call?.subject ?? nameWithoutValues(node.span.name)
    const within = parent?.span.name ?? node.span.name
    const detail = `${(bytes / 1e6).toFixed(1)} MB`
    return [
      { kind: 'payload.large', service, within, subject, count: 1, totalNano: durationNano, detail, spans: [node] },
    ]
  })
}

function bytesOf({ attributes }: ProblemSpan): number {
  return sizes.reduce((most, name) => Math.max(most, numberOf(attributes, name) || 0), 0)
}
