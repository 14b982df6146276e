import { otlp, WireWriter } from '@wakeline/protocol'
import { writeAttribute } from './decode/otlp-request-writer.ts'

/** For tests: a traces request of `count` spans named `name`, all of one service. */
export function tracesBody(name: string, count = 1, service = 'shop'): Uint8Array {
  const out = new WireWriter()
  const request = out.begin(otlp.exportRequest.resourceSpans)
  const resource = out.begin(otlp.resourceSpans.resource)
  writeAttribute(out, otlp.resource.attributes, 'service.name', service)
  out.end(resource)
  const scope = out.begin(otlp.resourceSpans.scopeSpans)
  for (let index = 1; index <= count; index += 1) writeSpan(out, name, index)
  out.end(scope)
  out.end(request)
  return out.take()
}

const startNano = 1_767_225_600_000_000_000n

function writeSpan(out: WireWriter, name: string, index: number): void {
  const span = out.begin(otlp.scopeSpans.spans)
  out.bytesEntry(otlp.span.traceId, Buffer.alloc(16, `${name}${index}`))
  out.bytesEntry(otlp.span.spanId, Buffer.alloc(8, index))
  out.textEntry(otlp.span.name, name)
  out.fixed64Entry(otlp.span.startTimeUnixNano, startNano)
  out.fixed64Entry(otlp.span.endTimeUnixNano, startNano + 1_000_000n)
  out.end(span)
}
