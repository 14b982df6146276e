import type { Failure } from '@wakeline/protocol'
import { visible } from './paint.ts'

/**
 * Why the server refused a question, and below it the line of the question with a mark at the place it speaks of:
 *
 *   Cannot read this search: the '(' that begins here is never closed
 *     level:error (service:shop
 *                 ^
 */
export function printRefused({ message, position }: Failure, question: string): string {
  const at = position ?? offsetOf(message, question)
  if (at === undefined || question.trim() === '') return message
  const start = question.lastIndexOf('\n', at - 1) + 1
  const [line = ''] = question.slice(start).split('\n')
  return `${message}\n  ${visible(line)}\n  ${' '.repeat([...visible(question.slice(start, at))].length)}^`
}

/** PromQL's faults have their place in the sentence, `2:8: parse error`. */
function offsetOf(message: string, question: string): number | undefined {
  const [, line, column] = /^Cannot read this query: (\d+):(\d+): /.exec(message) ?? []
  if (line === undefined) return undefined
  const before = question.split('\n').slice(0, Number(line) - 1)
  return before.reduce((sum, each) => sum + each.length + 1, 0) + Number(column) - 1
}
