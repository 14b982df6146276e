import {
  type Attributes,
  type LogRecord,
  plainAttribute,
  printAttribute,
  type ResourceRecord,
} from '@wakeline/protocol'
import { type Colour, type Paint, visible } from './paint.ts'

const levels: readonly [least: number, name: string, colour: Colour][] = [
  [21, 'FATAL', 'red'],
  [17, 'ERROR', 'red'],
  [13, 'WARN', 'amber'],
  [9, 'INFO', 'green'],
  [5, 'DEBUG', 'cyan'],
  [1, 'TRACE', 'grey'],
]

/**
 * A record on one line, its further lines indented:
 *
 *     2026-11-22T14:05:09.123Z ERROR checkout card declined order.id=42 trace=4bf92f3577b34da6a3ce929d0e0e4736
 */
export function printLog(record: LogRecord, paint: Paint): string {
  const [, name, colour] = levels.find(([least]) => record.severity >= least) ?? [0, '-', 'grey']
  const attributes = Object.entries(record.attributes).map(
    ([key, value]) => ` ${paint('grey', `${visible(key)}=`)}${quoted(printAttribute(value))}`,
  )
  const trace = record.traceId === '' ? '' : paint('grey', ` trace=${record.traceId}`)
  const body = visible(printAttribute(record.body) || record.eventName).replaceAll('\n', '\n    ')
  const time = paint('grey', timeOf(record.timeUnixNano === '0' ? record.observedUnixNano : record.timeUnixNano))
  return `${time} ${paint(colour, name.padEnd(5))} ${visible(record.service)} ${body}${attributes.join('')}${trace}`
}

/** For programs: what was sent, with the resource's attributes in place of its id and values as plain JSON. */
export function logJson(record: LogRecord, resources: Record<string, ResourceRecord>): object {
  const { resourceId, scopeId: _, attributes, body, severity, ...rest } = record
  return {
    ...rest,
    severityNumber: severity,
    body: plainAttribute(body),
    attributes: plainAttributes(attributes),
    resource: plainAttributes(resources[resourceId]?.attributes ?? {}),
  }
}

export function plainAttributes(attributes: Attributes): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, plainAttribute(value)]))
}

/** RFC 3339 in UTC, milliseconds. */
function timeOf(unixNano: string): string {
  return new Date(Number(unixNano.slice(0, -6))).toISOString()
}

function quoted(text: string): string {
  return /^[^\s"=\u0000-\u001f\u007f-\u009f]+$/.test(text) ? text : JSON.stringify(text)
}
