import type { SearchRefused } from './ast.ts'
import type { Token } from './lexer.ts'

/** The tokens of one question and how far they were read. */
export class Tokens {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  peek(): Token {
    return this.#tokens[this.#at] ?? { is: 'end', position: 0 }
  }

  next(): Token {
    const token = this.peek()
    if (token.is !== 'end') this.#at++
    return token
  }

  take(is: Token['is']): boolean {
    if (this.peek().is !== is) return false
    this.#at++
    return true
  }

  /** Any number of NOT and `-`: whether what follows is denied. */
  takeNots(): boolean {
    let negated = false
    while (this.take('NOT') || this.take('-')) negated = !negated
    return negated
  }
}

export function refuse(why: string, { position }: { position: number }): SearchRefused {
  return { refused: `Cannot read this search: ${why}`, position }
}
