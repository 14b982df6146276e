import type { PropagationFormat, ReadHeader, SpanIds } from '../context/propagation.ts'
import type { Report } from '../report.ts'
import type { SpanContextLike } from '../traces/span.ts'

/**
 * Zipkin's B3 (github.com/openzipkin/b3-propagation) and Jaeger's own format.
 *
 *     b3: <16 or 32 hex trace id>-<16 hex span id>[-<1|0|d>[-<parent span id>]]
 *     X-B3-TraceId, X-B3-SpanId, X-B3-Sampled: 1|0, X-B3-Flags: 1 (debug: keep it whatever the sampler says)
 *     uber-trace-id: <trace id>:<span id>:<parent, unused>:<flags, bit 0 sampled, bit 1 debug>, hex without leading zeros
 */
export function propagationFormats(names: readonly string[], report: Report): PropagationFormat[] {
  return names.flatMap((name) => {
    const format = Object.hasOwn(formats, name) ? formats[name] : undefined
    if (format === undefined) {
      const known = ['tracecontext', 'baggage', ...Object.keys(formats), 'none']
      report(`Cannot propagate traces as "${name}": known are ${known.join(', ')}`)
    }
    return format ?? []
  })
}

/** B3 leaves a decision out when it is for the receiver to make: here it is taken as "keep". */
function contextOf(traceId: string, spanId: string, isSampled: boolean): SpanContextLike {
  return {
    traceId: traceId.padStart(32, '0'),
    spanId: spanId.padStart(16, '0'),
    traceFlags: isSampled ? 1 : 0,
    isRemote: true,
  }
}

const b3Shape = /^([0-9a-f]{16}|[0-9a-f]{32})-([0-9a-f]{16})(?:-([01d])(?:-[0-9a-f]{16})?)?$/

function readB3Single(read: ReadHeader): SpanContextLike | undefined {
  const [, traceId, spanId, decision] = b3Shape.exec(read('b3')?.trim().toLowerCase() ?? '') ?? []
  if (traceId === undefined || spanId === undefined) return undefined
  return contextOf(traceId, spanId, decision !== '0')
}

function readB3Multi(read: ReadHeader): SpanContextLike | undefined {
  const traceId = read('x-b3-traceid')?.trim().toLowerCase() ?? ''
  const spanId = read('x-b3-spanid')?.trim().toLowerCase() ?? ''
  if (!/^(?:[0-9a-f]{16}){1,2}$/.test(traceId) || !/^[0-9a-f]{16}$/.test(spanId)) return undefined
  const sampled = read('x-b3-sampled')?.trim().toLowerCase()
  const isDebug = read('x-b3-flags')?.trim() === '1'
  return contextOf(traceId, spanId, isDebug || (sampled !== '0' && sampled !== 'false'))
}

const jaegerShape = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{0,16}:([0-9a-f]{1,2})$/

function readJaeger(read: ReadHeader): SpanContextLike | undefined {
  // Some clients percent-encode the colons.
  const header = read('uber-trace-id')?.trim().replaceAll(/%3a/gi, ':').toLowerCase() ?? ''
  const [, traceId, spanId, flags] = jaegerShape.exec(header) ?? []
  if (traceId === undefined || spanId === undefined) return undefined
  return contextOf(traceId, spanId, (Number.parseInt(flags ?? '0', 16) & 1) === 1)
}

const bit = (span: SpanIds) => (span.sampled ? '1' : '0')

const formats: Readonly<Record<string, PropagationFormat>> = {
  // Both ways of B3 are read by either, as OpenTelemetry asks for.
  b3: {
    names: ['b3'],
    read: (read) => readB3Single(read) ?? readB3Multi(read),
    write: (span, set) => set('b3', `${span.traceId}-${span.spanId}-${bit(span)}`),
  },
  b3multi: {
    names: ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled'],
    read: (read) => readB3Single(read) ?? readB3Multi(read),
    write: (span, set) => {
      set('x-b3-traceid', span.traceId)
      set('x-b3-spanid', span.spanId)
      set('x-b3-sampled', bit(span))
    },
  },
  jaeger: {
    names: ['uber-trace-id'],
    read: readJaeger,
    write: (span, set) => set('uber-trace-id', `${span.traceId}:${span.spanId}:0:0${bit(span)}`),
  },
}
