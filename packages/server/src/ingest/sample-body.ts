import { otlp, WireWriter, wireType } from '@wakeline/protocol'

/** For tests: a traces request of `count` spans named `name`, all of one service. */
export function tracesBody(name: string, count = 1, service = 'shop'): Uint8Array {
  const out = new WireWriter()
  const request = out.begin(otlp.exportRequest.resourceSpans)
  const resource = out.begin(otlp.resourceSpans.resource)
  const attribute = out.begin(otlp.resource.attributes)
  out.textEntry(otlp.keyValue.key, 'service.name')
  const value = out.begin(otlp.keyValue.value)
  out.textEntry(otlp.anyValue.stringValue, service)
  out.end(value)
  out.end(attribute)
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
  writeTime(out, otlp.span.startTimeUnixNano, startNano)
  writeTime(out, otlp.span.endTimeUnixNano, startNano + 1_000_000n)
  out.end(span)
}

function writeTime(out: WireWriter, number: number, nano: bigint): void {
  out.key(number, wireType.fixed64)
  out.fixed64(Number(nano & 0xffffffffn), Number(nano >> 32n))
}
