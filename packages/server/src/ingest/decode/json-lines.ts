import type { Steps } from '../in-turns.ts'
import { isObject, parseJsonExact, parseJsonExactInSteps } from './json-exact.ts'
import { writeJsonLog } from './json-log.ts'
import { OtlpRequestWriter } from './otlp-request-writer.ts'

/** What a request of another protocol says, in OTLP, without the records that made no sense. */
export type TranscodedRecords = {
  protobuf: Uint8Array
  records: number
  rejected: number
  /** Why the first was rejected, as a sentence with its place; '' when none was. */
  reason: string
  /**
   * Whether every record has a time of its own. Only then is a body that comes twice the same batch sent again:
   * without times, a program that says the same thing twice looks just like it.
   */
  isTimed: boolean
}

/** One JSON object a line, or a list of them; see `json-log.ts` for what is read out of each. */
export function* jsonLinesToOtlp(body: Uint8Array, service: string): Steps<TranscodedRecords> {
  const writer = new OtlpRequestWriter('jsonlines')
  const outcome = { rejected: 0, reason: '', isTimed: true }
  const reject = (place: string, why: string): void => {
    if (outcome.rejected === 0) outcome.reason = `Cannot store ${place}: ${why}`
    outcome.rejected += 1
  }
  const write = (place: string, json: unknown): void => {
    if (!isObject(json)) reject(place, 'expected a JSON object')
    else if (writeJsonLog(writer, json, { service }).unixNano === undefined) outcome.isTimed = false
  }
  const text = new TextDecoder().decode(body)
  if (/^\s*\[/.test(text)) {
    const parsed = yield* parseJsonExactInSteps(text)
    if ('fault' in parsed) reject('the list', parsed.fault)
    else if (Array.isArray(parsed.json))
      for (const [index, json] of parsed.json.entries()) {
        write(`record ${index + 1}`, json)
        yield
      }
  } else {
    for (const { line, number } of linesOf(text)) {
      const parsed = parseJsonExact(line)
      if ('fault' in parsed) reject(`line ${number}`, parsed.fault)
      else write(`line ${number}`, parsed.json)
      yield
    }
  }
  return { ...outcome, records: writer.records, protobuf: writer.take() }
}

/** Lines that hold something, with their numbers from 1. */
export function* linesOf(text: string): Generator<{ line: string; number: number }> {
  let number = 0
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start)
    const end = found === -1 ? text.length : found
    const line = text.slice(start, end).trim()
    number += 1
    if (line !== '') yield { line, number }
    start = end + 1
  }
}
