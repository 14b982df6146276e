import type { PlainText } from '../encode/last-text.ts'
import type { RecordWriter } from '../encode/record-writer.ts'
import type { Span } from '../traces/span.ts'

/** Bytes as they were written once, and where in them every line has its own. */
export interface Template {
  readonly bytes: Uint8Array
  readonly requestAt: number
  readonly correlationAt: number
  /** Of a line of JSON: those of trace and span. */
  readonly spanAt: number
}

/**
 * What the lines of one shape of requests begin with when their ids are of one length:
 *
 *     Z","level":"info","msg":"request completed","trace_id":"________________________________","span_id":"________________",
 *     "http.request.method":"GET","http.response.status_code":200,"request_id":"____","correlation_id":"____"
 *
 * The first is written word by word; each after that copies it as a whole and fills in what is its own. The same for the log record.
 */
export class RequestForm {
  readonly requestLength: number
  readonly correlationLength: number
  line: Template | undefined
  wire: Template | undefined

  constructor(requestLength: number, correlationLength: number) {
    this.requestLength = requestLength
    this.correlationLength = correlationLength
    this.line = undefined
    this.wire = undefined
  }
}

const formsMax = 4

/** Undefined for the first of a shape, which may be the only one, and where lengths change all the time. */
export function formOf(
  forms: RequestForm[],
  requestLength: number,
  correlationLength: number,
): RequestForm | undefined {
  for (const form of forms)
    if (form.requestLength === requestLength && form.correlationLength === correlationLength) return form
  if (forms.length < formsMax) forms.push(new RequestForm(requestLength, correlationLength))
  return undefined
}

export function fillIn(writer: RecordWriter, template: Template, request: PlainText, correlation: PlainText): void {
  const start = writer.at
  writer.copy(template.bytes)
  const end = writer.at
  writer.at = start + template.requestAt
  writer.plain(request)
  writer.at = start + template.correlationAt
  writer.plain(correlation)
  writer.at = end
}

/** The ids of trace and span of a line of JSON, which stand there already: those of another request. */
export function fillInSpan(writer: RecordWriter, at: number, { identity, idHigh, idLow }: Span): void {
  const end = writer.at
  writer.at = at
  writer.hex(identity.a)
  writer.hex(identity.b)
  writer.hex(identity.c)
  writer.hex(identity.d)
  writer.at += betweenIds.length
  writer.hex(idHigh)
  writer.hex(idLow)
  writer.at = end
}

const beforeIds = '"trace_id":"'
const betweenIds = '","span_id":"'

/** Where the ids of trace and span are: before anything the program has said. */
export function spanAtOf(line: Uint8Array): number {
  return Buffer.from(line.buffer, line.byteOffset, line.length).indexOf(beforeIds) + beforeIds.length
}
