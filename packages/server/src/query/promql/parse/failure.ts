import type { Position } from './ast.ts'

/** Why a text is not PromQL: the sentence, where, and the whole line as shown to a person. */
export type ParseError = {
  readonly kind: 'parse-error'
  readonly message: string
  readonly position: Position
  /** Both count from 1. */
  readonly line: number
  readonly column: number
  /** `3:7: parse error: unexpected <op:*>` */
  readonly sentence: string
}

/** Thrown inside the parser only; `parseExpression` hands it out as a value. */
export class SyntaxFailure extends Error {
  readonly position: Position

  constructor(message: string, position: Position) {
    super(message)
    this.position = position
  }
}

export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: [...before.slice(lineStart)].length + 1 }
}

export function asParseError(failure: SyntaxFailure, text: string): ParseError {
  const { line, column } = lineAndColumn(text, failure.position.start)
  const place = text === '' ? 'unknown position' : `${line}:${column}`
  const sentence = `${place}: parse error: ${failure.message}`
  return { kind: 'parse-error', message: failure.message, position: failure.position, line, column, sentence }
}
