import { otlp } from '@wakeline/protocol'
import { writeSeverity } from './decode/json-log.ts'
import { OtlpRequestWriter, writeAttribute, writeTime, writeValue } from './decode/otlp-request-writer.ts'

/**
 * What is no longer stored as the disk fills, in this order, so that it is never errors that find no room:
 *
 *   level   free disk below       not stored any more
 *   1       4 x what is kept free   debug logs (severity 1 to 8)
 *   2       3 x                     info logs (9 to 12, and those without a severity)
 *   3       2 x                     detail: spans without an error, of nine traces in ten; a trace is kept or shed whole
 *   -       1 x                     nothing is taken: senders are told to try again later
 *
 * What is shed is counted, told to its sender as rejected, and marked: a log record of the server itself says when it
 * began and, when it is over, how much there was.
 */
export const shedNames = [
  'nothing',
  'debug logs',
  'debug and info logs',
  'debug and info logs, and most spans without an error',
] as const

export function shedLevelOf(freeBytes: number, keepFreeBytes: number): number {
  if (freeBytes >= 4 * keepFreeBytes) return 0
  if (freeBytes >= 3 * keepFreeBytes) return 1
  return freeBytes >= 2 * keepFreeBytes ? 2 : 3
}

export function isLogShed(level: number, severity: number): boolean {
  if (level === 0 || severity > 12) return false
  return level >= 2 || (severity >= 1 && severity <= 8)
}

const statusError = 2
const keptOf = 10

/** By the last bytes of the trace id, which are random: all spans of a trace share their fate. */
export function isSpanShed(level: number, status: number, traceIdEnd: number): boolean {
  return level >= 3 && status !== statusError && (traceIdEnd >>> 0) % keptOf !== 0
}

export type ShedCounts = { level: number; sinceMs: number | null; logs: number; spans: number }

/** A log record of the server itself, as OTLP. */
export function markOfShedding(text: string, nowUnixMs: number, { level, logs, spans }: ShedCounts): Uint8Array {
  const writer = new OtlpRequestWriter('wakeline')
  const mark = writer.begin({ 'service.name': 'wakeline-server' })
  const { logRecord } = otlp
  writeTime(writer.out, logRecord.timeUnixNano, BigInt(Math.floor(nowUnixMs)) * 1_000_000n)
  writeSeverity(writer.out, { number: 13, text: 'WARN' })
  writeValue(writer.out, logRecord.body, text)
  writeAttribute(writer.out, logRecord.attributes, 'wakeline.shed.level', level)
  writeAttribute(writer.out, logRecord.attributes, 'wakeline.shed.logs', logs)
  writeAttribute(writer.out, logRecord.attributes, 'wakeline.shed.spans', spans)
  writer.end(mark)
  return writer.take()
}
