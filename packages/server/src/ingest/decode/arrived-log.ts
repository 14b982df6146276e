import { otlp, wireType } from '@wakeline/protocol'
import type { Arrival } from '../arrival/arrival.ts'
import { redactedText } from '../arrival/secrets.ts'
import { isLevelName, plainMaxBytes, severityOfPlain, severityOfValue } from '../arrival/severity-of-body.ts'
import { appendArrivedValue, appendText, besideLetter, textOf } from './arrived.ts'
import type { Decoding } from './decoding.ts'
import { isObject, parseJsonExact } from './json-exact.ts'
import { severityOfText } from './severity.ts'
import { letter, readKeyValue, ValueRegister } from './value.ts'

/** What is known of the body of the log record being read. */
type Body = { severity: number; level: string }

type LogParts = { body: ValueRegister; severityTextAt: number; severityTextLength: number }

/**
 * Reads what the body of a log record says: its entries are added to the open row of attributes, and its level stands
 * in for a severity that was not sent. Answers the severity to be stored.
 */
export function arriveLog(
  decoding: Decoding,
  arrival: Arrival,
  { body, severityTextAt, severityTextLength }: LogParts,
  sent: number,
): number {
  const { options } = arrival
  const found: Body = { severity: 0, level: '' }
  if (options.parseBodies) readBody(decoding, body, found)
  if (sent !== 0 || !options.inferSeverity) return sent
  const fromText =
    severityTextLength === 0 ? 0 : severityOfText(textOf(decoding, severityTextAt, Math.min(severityTextLength, 64)))
  if (fromText !== 0) return note(decoding, fromText, 'severity_text')
  if (found.severity !== 0) return note(decoding, found.severity, `body.${found.level}`)
  if (body.letter !== letter.s || body.length === 0) return 0
  const fromBody = severityOfPlain(textOf(decoding, body.at, Math.min(body.length, plainMaxBytes)))
  return fromBody === 0 ? 0 : note(decoding, fromBody, 'body')
}

/** Says beside the record where its severity comes from. */
function note(decoding: Decoding, severity: number, from: string): number {
  append(decoding, 'wakeline.severity.from', { kind: letter.s, text: from })
  return severity
}

/** Bodies longer than this are not read. */
const bodySizeMaxBytes = 32 * 1024
const depthMax = 8
const [openBrace, closeBrace] = [0x7b, 0x7d]

function readBody(decoding: Decoding, body: ValueRegister, found: Body): void {
  if (body.length < 2 || body.length > bodySizeMaxBytes) return
  if (body.letter === letter.k) readMap(decoding, body, { prefix: '', depth: 0, found })
  else if (body.letter === letter.s && isBraced(decoding, body)) {
    const parsed = parseJsonExact(textOf(decoding, body.at, body.length))
    if ('json' in parsed && isObject(parsed.json)) readObject(decoding, parsed.json, { prefix: '', depth: 0, found })
  }
}

function isBraced({ reader }: Decoding, { at, length }: ValueRegister): boolean {
  const { bytes } = reader
  if (bytes[at] !== openBrace) return false
  let last = at + length - 1
  while (last > at && (bytes[last] ?? 0) <= 0x20) last -= 1
  return bytes[last] === closeBrace
}

type Below = { prefix: string; depth: number; found: Body }

function readObject(decoding: Decoding, json: Record<string, unknown>, below: Below): void {
  const { prefix, depth, found } = below
  for (const [name, value] of Object.entries(json)) {
    const key = prefix + name
    if (isObject(value) && depth < depthMax) {
      readObject(decoding, value, { prefix: `${key}.`, depth: depth + 1, found })
      continue
    }
    learnLevel(key, value, found)
    append(decoding, key, ofJson(value))
  }
}

function learnLevel(key: string, value: unknown, found: Body): void {
  if (found.severity !== 0 || !isLevelName(key)) return
  found.severity = severityOfValue(value)
  found.level = key
}

type Printed = { kind: number; text: string }

function ofJson(value: unknown): Printed {
  if (typeof value === 'string') return { kind: letter.s, text: value }
  if (typeof value === 'boolean') return { kind: letter.b, text: String(value) }
  if (typeof value === 'bigint' || Number.isInteger(value)) return { kind: letter.i, text: String(value) }
  if (typeof value === 'number') return { kind: letter.d, text: String(value) }
  if (value === null || value === undefined) return { kind: letter.n, text: '' }
  return { kind: letter.s, text: JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? Number(each) : each)) }
}

function append(decoding: Decoding, key: string, { kind, text }: Printed): void {
  const { blocks, letters, limits, arrival } = decoding
  if (letters.count >= limits.attributesMax) {
    letters.dropped += 1
    decoding.attributesDropped += 1
    return
  }
  const { attributes } = blocks.logs.columns
  const isSecret = arrival?.isSecret(key) === true
  appendText(attributes.keys, key)
  appendText(
    attributes.values,
    isSecret ? redactedText : (arrival?.redact(text) ?? text).slice(0, limits.valueSizeMaxBytes),
  )
  letters.add(besideLetter(isSecret ? letter.s : kind))
}

/** Of a list of values and of a map alike. */
const entryKey = (otlp.arrayValue.values << 3) | wireType.bytes

/** The entries of a map, those of maps in it with dotted names. The cursor is where it was afterwards. */
function readMap(decoding: Decoding, map: ValueRegister, below: Below): void {
  const { reader, blocks, letters, limits } = decoding
  const { prefix, depth, found } = below
  const { at: before } = reader
  const end = map.at + map.length
  const entry = new ValueRegister()
  reader.at = map.at
  while (reader.at < end) {
    const number = reader.varint32()
    if (number !== entryKey) {
      reader.skip(number)
      continue
    }
    readKeyValue(reader, entry)
    if (reader.fault !== undefined) return
    const key = prefix + textOf(decoding, entry.keyAt, entry.keyLength)
    if (entry.letter === letter.k && depth < depthMax)
      readMap(decoding, entry, { prefix: `${key}.`, depth: depth + 1, found })
    else if (letters.count >= limits.attributesMax) {
      letters.dropped += 1
      decoding.attributesDropped += 1
    } else {
      if (entry.letter === letter.s) learnLevel(key, textOf(decoding, entry.at, Math.min(entry.length, 64)), found)
      else if (entry.letter === letter.i) learnLevel(key, entry.low, found)
      if (decoding.arrival?.isSecret(key) === true) append(decoding, key, { kind: letter.s, text: redactedText })
      else {
        const { attributes } = blocks.logs.columns
        appendText(attributes.keys, key)
        appendArrivedValue(decoding, attributes.values, entry)
        letters.add(besideLetter(entry.letter))
      }
    }
  }
  reader.at = before
}
