import { otlp, type WireWriter } from '@wakeline/protocol'
import { isObject } from './json-exact.ts'
import { type OtlpRequestWriter, writeAttribute, writeHex, writeTime, writeValue } from './otlp-request-writer.ts'
import { severityOfLevel, severityOfText } from './severity.ts'
import { unixNanoOf } from './time-text.ts'

/**
 * A log line that is a JSON object of any shape, as an OTLP log record.
 *
 * Objects in it are made flat first, with dotted names (`{"req":{"id":7}}` is `req.id`), as Elasticsearch sees them,
 * so that ECS is read in both its spellings. Then the first of these names whose value makes sense is taken, and
 * everything else is an attribute under its own name, with its type:
 *
 *   time        @timestamp timestamp time ts datetime date eventTime
 *   severity    level severity log.level severity_text lvl levelname level_name loglevel
 *   body        message msg body text (an object or list here is kept as it is)
 *   trace id    trace_id traceId trace.id traceID traceid, or traceparent      32 hex digits
 *   span id     span_id spanId span.id spanID spanid, or traceparent           16 hex digits
 *   service     service.name service_name serviceName; then, and these stay attributes too: service app application
 *
 * A line with a numeric level, pid and hostname is pino's or bunyan's: there `name` is the service, and pid and
 * hostname are the resource's process.pid and host.name. Names that begin with `service.` or `host.` and
 * `deployment.environment.name` are the resource's. A time that is none stays an attribute, and the arrival stands in.
 */
export type JsonLog = {
  /** Undefined where the line gave none. */
  unixNano: bigint | undefined
}

export type JsonLogDefaults = {
  /** Of lines that name none; '' where nothing is known. */
  service: string
  /** Attributes the protocol adds. */
  attributes?: Readonly<Record<string, unknown>>
}

export function writeJsonLog(
  writer: OtlpRequestWriter,
  json: Record<string, unknown>,
  defaults: JsonLogDefaults,
): JsonLog {
  const rest = new Map<string, unknown>()
  const body = takeFirst(new Map(Object.entries(json)), bodyNames, (value) => value ?? undefined)
  for (const [key, value] of Object.entries(json)) if (key !== body?.key) flatten(rest, key, value, 1)
  const time = takeFirst(rest, timeNames, unixNanoOf)
  const severity = takeFirst(rest, severityNames, severityOf)
  const trace = takeTrace(rest)
  const resource = takeResource(rest, severity?.value.isNumeric === true, defaults)
  const mark = writer.begin(resource)
  const { out } = writer
  const { logRecord } = otlp
  writeTime(out, logRecord.timeUnixNano, time?.value)
  if (severity !== undefined) writeSeverity(out, severity.value)
  if (body !== undefined) writeValue(out, logRecord.body, body.value)
  for (const [key, value] of rest) writeAttribute(out, logRecord.attributes, key, value)
  for (const [key, value] of Object.entries(defaults.attributes ?? {}))
    writeAttribute(out, logRecord.attributes, key, value)
  writeHex(out, logRecord.traceId, trace.traceId)
  writeHex(out, logRecord.spanId, trace.spanId)
  writer.end(mark)
  return { unixNano: time?.value }
}

const timeNames = ['@timestamp', 'timestamp', 'time', 'ts', 'datetime', 'date', 'eventTime']
const severityNames = ['level', 'severity', 'log.level', 'severity_text', 'lvl', 'levelname', 'level_name', 'loglevel']
const bodyNames = ['message', 'msg', 'body', 'text']
const traceIdNames = ['trace_id', 'traceId', 'trace.id', 'traceID', 'traceid']
const spanIdNames = ['span_id', 'spanId', 'span.id', 'spanID', 'spanid']
const serviceNames = ['service.name', 'service_name', 'serviceName']
const serviceAliases = ['service', 'app', 'application']

/** How deep objects are made flat; what is below stays an object. */
const flatDepthMax = 8

function flatten(into: Map<string, unknown>, key: string, value: unknown, depth: number): void {
  const isNested = isObject(value) && depth < flatDepthMax && Object.keys(value).length > 0
  if (!isNested) into.set(key, value)
  else for (const [inner, nested] of Object.entries(value)) flatten(into, `${key}.${inner}`, nested, depth + 1)
}

/** Removes the first name whose value `read` can make something of. */
function takeFirst<Value>(
  from: Map<string, unknown>,
  names: readonly string[],
  read: (value: unknown) => Value | undefined,
): { key: string; value: Value } | undefined {
  for (const key of names) {
    if (!from.has(key)) continue
    const value = read(from.get(key))
    if (value === undefined) continue
    from.delete(key)
    return { key, value }
  }
  return undefined
}

type Severity = { text: string; number: number; isNumeric: boolean }

function severityOf(value: unknown): Severity | undefined {
  if (typeof value === 'number') return { text: String(value), number: severityOfLevel(value), isNumeric: true }
  if (typeof value !== 'string') return undefined
  const number = /^\d{1,2}$/.test(value) ? severityOfLevel(Number(value)) : severityOfText(value)
  return { text: value, number, isNumeric: false }
}

export function writeSeverity(out: WireWriter, { number, text }: { number: number; text: string }): void {
  if (number > 0) out.varintEntry(otlp.logRecord.severityNumber, number)
  if (text !== '') out.textEntry(otlp.logRecord.severityText, text)
}

function takeTrace(rest: Map<string, unknown>): { traceId: string; spanId: string } {
  const traceId = takeFirst(rest, traceIdNames, (value) => hexOf(value, 32))?.value
  const spanId = takeFirst(rest, spanIdNames, (value) => hexOf(value, 16))?.value
  if (traceId !== undefined) return { traceId, spanId: spanId ?? '' }
  const parent = rest.get('traceparent')
  const [, ofTrace, ofSpan] =
    (typeof parent === 'string' && /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(parent)) || []
  return { traceId: ofTrace ?? '', spanId: spanId ?? ofSpan ?? '' }
}

export function hexOf(value: unknown, digits: number): string | undefined {
  return typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/i.test(value) ? value : undefined
}

function takeResource(
  rest: Map<string, unknown>,
  isNumericLevel: boolean,
  defaults: JsonLogDefaults,
): Record<string, unknown> {
  const resource: Record<string, unknown> = {}
  const isPino = isNumericLevel && typeof rest.get('pid') === 'number' && typeof rest.get('hostname') === 'string'
  const service =
    takeFirst(rest, serviceNames, textOf)?.value ??
    (isPino ? takeFirst(rest, ['name'], textOf)?.value : undefined) ??
    serviceAliases.map((name) => textOf(rest.get(name))).find((text) => text !== undefined) ??
    defaults.service
  if (service !== '') resource['service.name'] = service
  if (isPino) {
    resource['host.name'] = takeFirst(rest, ['hostname'], textOf)?.value
    resource['process.pid'] = rest.get('pid')
    rest.delete('pid')
  }
  for (const [key, value] of rest) {
    if (!/^(?:service|host)\.|^deployment\.environment\.name$/.test(key) || key in resource || !isScalar(value))
      continue
    resource[key] = value
    rest.delete(key)
  }
  return resource
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
