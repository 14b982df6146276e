import { attributesOf, type JsonMessage, listOf, partOf, readRequest, textOf } from './otlp-json.ts'

/**
 * Spans as Zipkin v2 JSON, by OpenTelemetry's rules: kind upper case and left out when internal, microseconds, attributes
 * as text tags, events as annotations, the status as `otel.status_code` and `error`, the scope as `otel.scope.*`.
 * Zipkin has no links: each becomes a tag.
 */
export function otlpToZipkin(body: Buffer): Buffer {
  const spans = listOf(readRequest('traces', body), 'resourceSpans').flatMap((group) => {
    const resource = attributesOf(partOf(group, 'resource'))
    const serviceName = String(resource['service.name'] ?? 'unknown_service')
    return listOf(group, 'scopeSpans').flatMap((scoped) => {
      const scope = partOf(scoped, 'scope')
      return listOf(scoped, 'spans').map((span) => zipkinSpan(span, serviceName, scope))
    })
  })
  return Buffer.from(JSON.stringify(spans))
}

const kinds = [undefined, undefined, 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']

function zipkinSpan(span: JsonMessage, serviceName: string, scope: JsonMessage | undefined): object {
  const attributes = attributesOf(span)
  const status = partOf(span, 'status')
  const start = micros(span, 'startTimeUnixNano')
  const tags: Record<string, string> = {}
  for (const [name, value] of Object.entries(attributes)) tags[name] = tagText(value)
  if (scope !== undefined) tags['otel.scope.name'] = textOf(scope, 'name')
  if (textOf(scope, 'version') !== '') tags['otel.scope.version'] = textOf(scope, 'version')
  const code = Number(status?.['code'] ?? 0)
  if (code === 1) tags['otel.status_code'] = 'OK'
  if (code === 2) Object.assign(tags, { 'otel.status_code': 'ERROR', error: textOf(status, 'message') })
  for (const [index, link] of listOf(span, 'links').entries())
    tags[`link.${index}`] = `${textOf(link, 'traceId')}-${textOf(link, 'spanId')}`
  const parentId = textOf(span, 'parentSpanId')
  return {
    traceId: textOf(span, 'traceId'),
    id: textOf(span, 'spanId'),
    ...(parentId === '' ? {} : { parentId }),
    name: textOf(span, 'name'),
    kind: kinds[Number(span['kind'])],
    timestamp: start,
    // Zipkin takes 0 for "not known".
    duration: Math.max(1, micros(span, 'endTimeUnixNano') - start),
    localEndpoint: { serviceName },
    ...remoteEndpoint(attributes),
    tags,
    annotations: listOf(span, 'events').map((event) => ({
      timestamp: micros(event, 'timeUnixNano'),
      value: annotationText(event),
    })),
  }
}

function remoteEndpoint(attributes: Record<string, unknown>): object {
  const serviceName = attributes['peer.service'] ?? attributes['server.address']
  if (serviceName === undefined) return {}
  const port = Number(attributes['server.port'])
  return { remoteEndpoint: { serviceName: String(serviceName), ...(port > 0 ? { port } : {}) } }
}

function micros(message: JsonMessage, name: string): number {
  return Number(BigInt(textOf(message, name)) / 1000n)
}

function tagText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function annotationText(event: JsonMessage): string {
  const attributes = attributesOf(event)
  const name = textOf(event, 'name')
  return Object.keys(attributes).length === 0 ? name : JSON.stringify({ [name]: attributes })
}
