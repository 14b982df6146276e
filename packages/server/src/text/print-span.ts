import { type Attributes, printAttribute, printDuration, type SpanRecord } from '@wakeline/protocol'
import { visible } from './paint.ts'

/** Everything a span carries, an attribute a line; events with theirs below. */
export function printSpan(span: SpanRecord): string {
  const status = span.status === 'unset' ? '' : `, ${span.status}${span.statusMessage && `: ${span.statusMessage}`}`
  const head = `${span.name} (${span.service}, ${span.kind}, ${printDuration(span.durationNano)}${status}) span ${span.spanId}`
  const events = span.events.flatMap((event) => [`  event ${event.name}`, ...lines(event.attributes, '    ')])
  const links = span.links.map((link) => `  link to trace ${link.traceId} span ${link.spanId}`)
  return [visible(head), ...lines(span.attributes, '  '), ...events, ...links].join('\n')
}

function lines(attributes: Attributes, indent: string): string[] {
  return Object.entries(attributes).map(([key, value]) => {
    const text = visible(printAttribute(value)).replaceAll('\n', `\n${indent}  `)
    return `${indent}${visible(key)}: ${text}`
  })
}
