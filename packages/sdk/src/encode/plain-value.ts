import { type Keys, redacted } from './keys.ts'

/** What is left of any value once it is safe to encode: no cycles, no getters, no secrets, bounded in every direction. */
export type Plain = null | boolean | number | string | Uint8Array | Plain[] | { [key: string]: Plain }

export interface ValueLimits {
  readonly stringMax: number
}

const depthMax = 8
const entriesMax = 256
const nodesMax = 4096

interface Walk {
  readonly keys: Keys
  readonly stringMax: number
  readonly ancestors: object[]
  nodes: number
}

/** Copies any value into a plain one. Throwing getters, cycles, Proxies, huge strings: what cannot be read is said in its place. */
export function plainValue(value: unknown, keys: Keys, limits: ValueLimits): Plain {
  return plain(value, { keys, stringMax: limits.stringMax, ancestors: [], nodes: 0 })
}

function plain(value: unknown, walk: Walk): Plain {
  switch (typeof value) {
    case 'string':
      return cutString(value, walk.stringMax)
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'boolean':
      return value
    case 'bigint':
      return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : String(value)
    case 'undefined':
      return null
    case 'symbol':
      return cutString(String(value), walk.stringMax)
    case 'function':
      return '[function]'
    default:
      return value === null ? null : plainObject(value as object, walk)
  }
}

function plainObject(value: object, walk: Walk): Plain {
  if (walk.ancestors.includes(value)) return '[circular]'
  if (walk.ancestors.length >= depthMax) return '[too deep]'
  if (++walk.nodes > nodesMax) return '[too large]'
  walk.ancestors.push(value)
  try {
    return plainByKind(value, walk)
  } catch (thrown) {
    return `[cannot be read: ${messageOf(thrown)}]`
  } finally {
    walk.ancestors.pop()
  }
}

function plainByKind(value: object, walk: Walk): Plain {
  if (value instanceof Error) return plainError(value, walk)
  if (Array.isArray(value)) return value.slice(0, entriesMax).map((item) => plain(item, walk))
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Uint8Array) return new Bytes(value.subarray(0, walk.stringMax))
  if (value instanceof Set) return [...value].slice(0, entriesMax).map((item) => plain(item, walk))
  if (ArrayBuffer.isView(value))
    return Array.prototype.slice.call(value, 0, entriesMax).map((item) => plain(item, walk))
  if (value instanceof RegExp) return cutString(String(value), walk.stringMax)
  // Without its user and password.
  if (value instanceof URL) return cutString(value.href.replace(/\/\/[^/@]*@/, '//'), walk.stringMax)
  if ('toJSON' in value && typeof value.toJSON === 'function') return plain(value.toJSON(), walk)
  if (isMapLike(value)) return plainEntries(value, walk)
  return plainEntries(ownEntries(value), walk)
}

/** Bytes: as they are in OTLP, base64 in JSON. */
class Bytes extends Uint8Array {
  toJSON(): string {
    return Buffer.from(this).toString('base64')
  }
}

/** Map, Headers, URLSearchParams, FormData: what they hold is not in their properties. */
function isMapLike(value: object): value is Iterable<[unknown, unknown]> {
  return Symbol.iterator in value && 'get' in value && 'entries' in value
}

/** One getter that throws must not cost the other properties. */
export function* ownEntries(value: object): Generator<[string, unknown]> {
  for (const key of Object.keys(value)) {
    let read: unknown
    try {
      read = Reflect.get(value, key)
    } catch (thrown) {
      read = `[cannot be read: ${messageOf(thrown)}]`
    }
    yield [key, read]
  }
}

function plainEntries(entries: Iterable<[unknown, unknown]>, walk: Walk): Plain {
  const result: { [key: string]: Plain } = {}
  let count = 0
  for (const [name, item] of entries) {
    if (++count > entriesMax) break
    const key = walk.keys.of(typeof name === 'string' ? name : String(name))
    const copied = key.secret ? censored(item, walk) : plain(item, walk)
    // `__proto__` as an ordinary key, not as the prototype.
    Object.defineProperty(result, key.name, { value: copied, enumerable: true, writable: true, configurable: true })
  }
  return result
}

/** A boolean or nothing is no secret, and knowing it is worth something. */
function censored(value: unknown, walk: Walk): Plain {
  return value === undefined || value === null || typeof value === 'boolean' ? plain(value, walk) : redacted
}

function plainError(error: Error, walk: Walk): Plain {
  const result: { [key: string]: Plain } = {
    type: errorType(error),
    message: cutString(messageOf(error), walk.stringMax),
  }
  const stack = stackOf(error)
  if (stack !== undefined) result['stack'] = cutString(stack, walk.stringMax)
  if (error.cause !== undefined) result['cause'] = plain(error.cause, walk)
  if (error instanceof AggregateError) result['errors'] = plain(error.errors, walk)
  const own = plainEntries(ownEntries(error), walk)
  return Object.assign(typeof own === 'object' && own !== null ? own : {}, result)
}

/** The class of an error, which is more telling than `name` when someone forgot to set it. */
export function errorType(error: unknown): string {
  try {
    if (!(error instanceof Error)) return typeof error
    if (error.name !== 'Error') return String(error.name)
    return error.constructor?.name || 'Error'
  } catch {
    return 'Error'
  }
}

/** The stack of an error, where it can be read. */
export function stackOf(error: unknown): string | undefined {
  try {
    return error instanceof Error && typeof error.stack === 'string' ? error.stack : undefined
  } catch {
    return undefined
  }
}

/** The message of anything that was thrown. Never throws itself. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown)
  } catch {
    return 'unknown'
  }
}

/** A name: anything, where nobody checks types. */
export function textOf(name: unknown): string {
  return typeof name === 'string' ? name : messageOf(name)
}

export function cutString(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max)}…` : text
}
