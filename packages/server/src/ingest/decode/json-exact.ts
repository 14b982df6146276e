import type { Steps } from '../in-turns.ts'
import { parseJsonInSteps } from './json-in-steps.ts'

/**
 * JSON as it was sent: whole numbers beyond 2^53, which JSON.parse rounds, come as bigint where they fit 64 bits.
 * `depthMax`: what is nested deeper is no one's log line, and walking it would exhaust the stack.
 */
export function parseJsonExact(text: string): Exact {
  try {
    return { json: parseExact(text, 0) }
  } catch (error) {
    return { fault: faultOf(error) }
  }
}

/** The same of a text that may have megabytes. */
export function* parseJsonExactInSteps(text: string): Steps<Exact> {
  try {
    return { json: yield* parseJsonInSteps(text, parseExact) }
  } catch (error) {
    return { fault: faultOf(error) }
  }
}

type Exact = { json: unknown } | { fault: string }

class TooDeep extends Error {
  override readonly name = 'TooDeep'
}

function parseExact(text: string, depth: number): unknown {
  const json: unknown = longInteger.test(text)
    ? JSON.parse(text.replace(stringOrLongInteger, marked), unmarked)
    : JSON.parse(text)
  if (!isWithin(json, depthMax - depth)) throw new TooDeep(`it is nested more than ${depthMax} deep`)
  return json
}

function faultOf(error: unknown): string {
  if (error instanceof TooDeep) return error.message
  return `it is not JSON: ${error instanceof Error ? error.message : error}`
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const depthMax = 200
/** 2^53 has 16 digits and begins with 9. */
const longInteger = /(?:^|[\s[:,])-?(?:9\d{15}|\d{17,})/
const stringOrLongInteger = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<=^|[\s[:,])-?(?:9\d{15}|\d{17,})(?=$|[\s\],}])/g
/** Begins the text that stands in for a long integer while JSON.parse works. */
const mark = '\u0000wakeline integer '

function marked(found: string): string {
  return found.startsWith('"') ? found : JSON.stringify(mark + found)
}

function unmarked(_key: string, value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith(mark)) return value
  const digits = value.slice(mark.length)
  const integer = digits.length > 20 ? undefined : BigInt(digits)
  return integer === undefined || BigInt.asIntN(64, integer) !== integer ? Number(digits) : integer
}

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  for (const inner of Object.values(value)) if (!isWithin(inner, depth - 1)) return false
  return true
}
