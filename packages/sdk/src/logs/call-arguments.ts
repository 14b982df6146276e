import type { AttributeEncoding } from '../encode/attributes.ts'
import { plainValue } from '../encode/plain-value.ts'

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
    } else if (isAttributes(value) && call.attributes === undefined) call.attributes = value
    else if (value !== undefined) others.push(value)
  }
  if (others.length > 0)
    call.message = [call.message, ...others.map((other) => text(other, how))].filter((part) => part !== '').join(' ')
  if (!messageGiven && others.length === 0 && call.error !== undefined) call.message = messageOfError(call.error)
  return call
}

const directive = /%[sdifjoOc]/g

/** printf: as many values as there are directives; what is left is read as in any other call. */
function formatted(call: CallArguments, template: string, values: unknown[], how: AttributeEncoding): CallArguments {
  const wanted = template.replaceAll('%%', '').match(directive)?.length ?? 0
  const left = values.slice(wanted)
  const after = left.length === 0 ? undefined : sortArguments('', left, how)
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

function isAttributes(value: unknown): value is object {
  return isObject(value) && !Array.isArray(value)
}

function text(value: unknown, how: AttributeEncoding): string {
  const plain = plainValue(value, how.keys, how.limits)
  return typeof plain === 'string' ? plain : JSON.stringify(plain)
}

function messageOfError(error: Error): string {
  try {
    return String(error.message)
  } catch {
    return ''
  }
}
