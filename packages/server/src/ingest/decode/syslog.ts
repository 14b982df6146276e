import { otlp } from '@wakeline/protocol'
import type { TranscodedRecords } from './json-lines.ts'
import { writeSeverity } from './json-log.ts'
import { OtlpRequestWriter, writeAttribute, writeTime, writeValue } from './otlp-request-writer.ts'
import { severityOfLevel } from './severity.ts'
import { unixNanoOf } from './time-text.ts'

/**
 * Syslog messages as log records:
 *
 *   RFC 5424   <165>1 2026-01-31T12:00:00.5Z host app 42 ID47 [sdid key="value"] the message
 *   RFC 3164   <34>Jan 31 12:00:00 host app[42]: the message       (and with a year or a fraction, or a time of ISO 8601, as others send)
 *
 * The app is the service, the host the resource's host.name. Attributes: syslog.facility, process.pid (or
 * syslog.procid, where it is no number), syslog.msgid, and the parameters of structured data as `sdid.key`. What fits
 * neither form is kept whole as the body. A time without a year is the one nearest to the arrival, in the time zone of
 * this server.
 */
export function syslogToOtlp(messages: readonly string[], nowUnixMs: number): TranscodedRecords {
  const writer = new OtlpRequestWriter('syslog')
  for (const message of messages) write(writer, parseSyslog(message, nowUnixMs))
  return { records: writer.records, rejected: 0, reason: '', isTimed: false, protobuf: writer.take() }
}

export type SyslogMessage = {
  /** Undefined where the message has no priority. */
  priority: number | undefined
  unixNano: bigint | undefined
  host: string
  app: string
  processId: string
  attributes: [string, string][]
  body: string
}

const facilities =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  )
const severities = 'emerg alert crit err warning notice info debug'.split(' ')

function write(writer: OtlpRequestWriter, message: SyslogMessage): void {
  const { priority, unixNano, host, app, processId, attributes, body } = message
  const mark = writer.begin({
    ...(app === '' ? {} : { 'service.name': app }),
    ...(host === '' ? {} : { 'host.name': host }),
  })
  const { out } = writer
  const { logRecord } = otlp
  writeTime(out, logRecord.timeUnixNano, unixNano)
  if (priority !== undefined) {
    writeSeverity(out, { number: severityOfLevel(priority & 7), text: severities[priority & 7] ?? '' })
    writeAttribute(out, logRecord.attributes, 'syslog.facility', facilities[priority >> 3])
  }
  if (/^\d{1,9}$/.test(processId)) writeAttribute(out, logRecord.attributes, 'process.pid', Number(processId))
  else if (processId !== '') writeAttribute(out, logRecord.attributes, 'syslog.procid', processId)
  for (const [key, value] of attributes) writeAttribute(out, logRecord.attributes, key, value)
  writeValue(out, logRecord.body, body)
  writer.end(mark)
}

const withPriority = /^<(\d{1,3})>([\s\S]*)$/
const rfc5424 = /^1 (\S{1,64}) (\S{1,255}) (\S{1,255}) (\S{1,128}) (\S{1,128}) ([\s\S]*)$/
const rfc3164 =
  /^(?:([A-Z][a-z]{2} {1,2}\d{1,2} (?:\d{4} )?\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)|(\d{4}-\d{2}-\d{2}T\S{8,30})) (\S{1,255}) ([\s\S]*)$/
const appAndText = /^([^\s:[\]]{1,128})(?:\[([^\]\s]{1,128})\])?: ?([\s\S]*)$/

export function parseSyslog(message: string, nowUnixMs: number): SyslogMessage {
  const [, digits, rest = message] = withPriority.exec(message) ?? []
  const priority = digits === undefined || Number(digits) > 191 ? undefined : Number(digits)
  const plain: SyslogMessage = {
    priority,
    unixNano: undefined,
    host: '',
    app: '',
    processId: '',
    attributes: [],
    body: message,
  }
  if (priority === undefined) return plain
  const modern = rfc5424.exec(rest)
  if (modern !== null) return parseModern(plain, modern.slice(1).map(nilToEmpty))
  const [, time, iso = '', host = '', text = ''] = rfc3164.exec(rest) ?? []
  if (host === '') return { ...plain, body: rest }
  const unixNano = time === undefined ? unixNanoOf(iso) : localTime(time, nowUnixMs)
  const [, app = '', processId = '', body = text] = appAndText.exec(text) ?? []
  return { ...plain, unixNano, host, app, processId, body }
}

function nilToEmpty(part: string): string {
  return part === '-' ? '' : part
}

function parseModern(plain: SyslogMessage, parts: string[]): SyslogMessage {
  const [time = '', host = '', app = '', processId = '', messageId = '', rest = ''] = parts
  const { attributes, body } = readStructuredData(rest)
  if (messageId !== '') attributes.unshift(['syslog.msgid', messageId])
  return { ...plain, unixNano: unixNanoOf(time), host, app, processId, attributes, body: body.replace(/^\ufeff/, '') }
}

const element = /\[([^\s\]="]{1,128})((?: [^\s\]="]{1,128}="(?:[^"\\\]]|\\[\s\S])*")*)\]/y
const parameter = / ([^\s\]="]+)="((?:[^"\\\]]|\\[\s\S])*)"/g

/** Structured data that is none is part of the message. */
function readStructuredData(rest: string): { attributes: [string, string][]; body: string } {
  const attributes: [string, string][] = []
  let at = rest === '-' || rest.startsWith('- ') ? 1 : 0
  element.lastIndex = at
  for (let found = at === 0 ? element.exec(rest) : null; found !== null; found = element.exec(rest)) {
    at = element.lastIndex
    const [, id = '', parameters = ''] = found
    for (const [, key = '', value = ''] of parameters.matchAll(parameter))
      attributes.push([`${id}.${key}`, value.replace(/\\(["\\\]])/g, '$1')])
  }
  // The space before the message, and the one that rsyslog puts in front of what it forwards.
  return { attributes, body: rest.slice(at).replace(/^ {1,2}/, '') }
}

const dayMs = 86_400_000
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const localShape = /^(\w{3}) {1,2}(\d+) (?:(\d{4}) )?(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?$/

/** Without a year the last such time that is no more than a day ahead: clocks differ, and a year has just ended. */
function localTime(text: string, nowUnixMs: number): bigint | undefined {
  const [, name = '', day = '', year, hours, minutes, seconds, fraction = ''] = localShape.exec(text) ?? []
  const thisYear = new Date(nowUnixMs).getFullYear()
  const nano = BigInt(fraction.padEnd(9, '0'))
  for (const candidate of year === undefined ? [thisYear + 1, thisYear, thisYear - 1] : [Number(year)]) {
    // A leap second is the one before it.
    const second = Math.min(Number(seconds), 59)
    const date = new Date(candidate, months.indexOf(name), Number(day), Number(hours), Number(minutes), second)
    const isThere = months[date.getMonth()] === name && date.getDate() === Number(day)
    const isTime = Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) <= 60
    if (isThere && isTime && date.getTime() <= nowUnixMs + dayMs) return BigInt(date.getTime()) * 1_000_000n + nano
  }
  return undefined
}
