import type { AttributeEncoding } from '../encode/attributes.ts'
import { messageOf, plainValue } from '../encode/plain-value.ts'

/** What one logging call said, whatever order it said it in. */
export interface CallArguments {
  message: string
  attributes: object | undefined
  error: Error | undefined
}

/**
 * Sorts out the arguments of a call:
 *
 *     (message)  (message, attributes)  (message, error)  (message, error, attributes)  (message %s, value...)
 *     (attributes, message?)  (error)  (error, message?, attributes?)
 */
export function sortArguments(first: unknown, rest: readonly unknown[], how: AttributeEncoding): CallArguments {
  const call = sorted(first, rest, how)
  if (call.attributes !== undefined && call.error === undefined) {
    const { error, err }: { error?: unknown; err?: unknown } = call.attributes
    if (error instanceof Error) takeError(call, error, 'error')
    else if (err instanceof Error) takeError(call, err, 'err')
  }
  return call
}

/** Of an error among the attributes the record says as much as of one that came by itself. */
function takeError(call: CallArguments, error: Error, name: string): void {
  call.error = error
  call.attributes = { ...call.attributes, [name]: undefined }
  if (call.message === '') call.message = messageOf(error)
}

function sorted(first: unknown, rest: readonly unknown[], how: AttributeEncoding): CallArguments {
  const [only] = rest
  // The usual call, first and quickly.
  if (typeof first === 'string' && rest.length === 1 && isPlain(only) && !first.includes('%'))
    return { message: first, attributes: only, error: undefined }
  const call: CallArguments = { message: '', attributes: undefined, error: undefined }
  let messageGiven = false
  const others: unknown[] = []
  for (let i = -1; i < rest.length; i++) {
    const value = i < 0 ? first : rest[i]
    if (value instanceof Error && call.error === undefined) call.error = value
    else if (typeof value === 'string' && !messageGiven) {
      call.message = value
      messageGiven = true
      if (i + 1 < rest.length && value.includes('%')) return formatted(call, value, rest.slice(i + 1), how)
    } else if (isObject(value) && call.attributes === undefined) {
      call.attributes = attributesIn(value, how)
      if (call.attributes === undefined) others.push(value)
    } else if (value !== undefined) others.push(value)
  }
  if (!messageGiven && call.attributes !== undefined && 'msg' in call.attributes) {
    // As pino's users write it.
    call.message = text(call.attributes.msg, how)
    call.attributes = { ...call.attributes, msg: undefined }
    messageGiven = true
  }
  if (others.length > 0)
    call.message = [call.message, ...others.map((other) => text(other, how))].filter((part) => part !== '').join(' ')
  if (!messageGiven && others.length === 0 && call.error !== undefined) call.message = messageOf(call.error)
  return call
}

const directive = /%[sdifjoOc]/g

/** printf: as many values as there are directives; what is left is read as in any other call. */
function formatted(call: CallArguments, template: string, values: unknown[], how: AttributeEncoding): CallArguments {
  const wanted = template.replaceAll('%%', '').match(directive)?.length ?? 0
  const left = values.slice(wanted)
  const after = left.length === 0 ? undefined : sorted('', left, how)
  // A plain copy: util.format would read getters, call toString and show secrets.
  const shown = values
    .slice(0, wanted)
    .map((value) => (isObject(value) ? plainValue(value, how.keys, how.limits) : value))
  const message = process.getBuiltinModule('node:util').format(template, ...shown)
  return {
    message: after === undefined || after.message === '' ? message : `${message} ${after.message}`,
    attributes: call.attributes ?? after?.attributes,
    error: call.error ?? after?.error,
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isPlain(value: unknown): value is object {
  if (!isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A plain object is taken as it is; of a Map or an instance of a class what is in it; a list or a Date is no attributes. */
function attributesIn(value: object, how: AttributeEncoding): object | undefined {
  if (isPlain(value)) return value
  const plain = plainValue(value, how.keys, how.limits)
  return isObject(plain) && !Array.isArray(plain) && !(plain instanceof Uint8Array) ? plain : undefined
}

function text(value: unknown, how: AttributeEncoding): string {
  const plain = plainValue(value, how.keys, how.limits)
  return typeof plain === 'string' ? plain : JSON.stringify(plain)
}
