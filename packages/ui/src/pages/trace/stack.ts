import type { SpanEvent } from '@wakeline/protocol'
import { printAttribute } from '../../parts/attribute-text.ts'

export type Exception = { type: string; message: string; lines: StackLine[] }
/** `own` frames are the program's, `library` ones of packages and the runtime; `text` is neither a frame. */
export type StackLine = { kind: 'own' | 'library' | 'text'; text: string }

/** What an `exception` event says, or undefined for other events. */
export function exceptionOf(event: SpanEvent): Exception | undefined {
  if (event.name !== 'exception') return undefined
  const text = (key: string) => printAttribute(event.attributes[key] ?? '')
  const [type, message] = [text('exception.type'), text('exception.message')]
  return { type, message, lines: stackLines(text('exception.stacktrace'), type, message) }
}

/** The lines of a stack trace, less those at its head that only repeat type and message. */
export function stackLines(stack: string, type: string, message: string): StackLine[] {
  const head = [`${type}: ${message}`, message, type].find((start) => start !== '' && stack.startsWith(start))
  const rest = head === undefined ? stack : stack.slice(head.length)
  return rest
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => ({ kind: kindOf(line), text: line.trim() }))
}

const frame = /^\s*(at\s|File ".*", line \d|\.{3} \d+ more|goroutine \d)/
const library =
  /node_modules|\(?node:|\(internal\/|\(<anonymous>\)|site-packages|\bjava\.|\bjavax\.|\bsun\.|native code/

function kindOf(line: string): StackLine['kind'] {
  if (!frame.test(line)) return 'text'
  return library.test(line) ? 'library' : 'own'
}
