import type { Position } from './ast.ts'
import { SyntaxFailure } from './failure.ts'
import { describe, type Token, tokenize } from './tokenize.ts'

/** What is being read, and what may stand there: for "unexpected ... in aggregation". Either may be empty. */
export type Place = { readonly context: string; readonly expected: string }

/** The parser's cursor over the tokens, and how it complains. */
export class TokenStream {
  private readonly tokens: readonly Token[]
  private readonly depthMax: number
  private at = 0
  private depth = 0
  private place: Place = { context: '', expected: '' }

  constructor(text: string, depthMax: number) {
    this.tokens = tokenize(text)
    this.depthMax = depthMax
  }

  /** Parses something inside of something, which must not go too deep. */
  inside<Result>(parse: () => Result): Result {
    this.depth++
    if (this.depth > this.depthMax)
      this.fail(`expression is nested deeper than ${this.depthMax} levels`, this.here.position)
    const result = parse()
    this.depth--
    return result
  }

  /** What cannot be read while `parse` runs is said to be in `place`, where nothing nearer is known. */
  within<Result>(place: Place, parse: () => Result): Result {
    const outer = this.place
    this.place = place
    const result = parse()
    this.place = outer
    return result
  }

  get here(): Token {
    return this.ahead(0)
  }

  ahead(count: number): Token {
    const token = this.tokens[Math.min(this.at + count, this.tokens.length - 1)]
    if (token === undefined) throw new Error('the tokenizer gave no token')
    return token
  }

  is(...kinds: readonly string[]): boolean {
    return kinds.includes(this.here.kind)
  }

  take(): Token {
    const token = this.here
    if (token.kind === 'error') this.fail(token.text, token.position)
    this.at++
    return token
  }

  /** Takes the token if it is one of these. */
  accept(...kinds: readonly string[]): Token | undefined {
    return this.is(...kinds) ? this.take() : undefined
  }

  expect(kind: string, context = this.place.context, expected = this.place.expected): Token {
    return this.accept(kind) ?? this.unexpected(context, expected)
  }

  /** End of the token taken last. */
  get lastEnd(): number {
    return this.tokens[this.at - 1]?.position.end ?? 0
  }

  from(start: number): Position {
    return { start, end: this.lastEnd }
  }

  fail(message: string, position: Position): never {
    throw new SyntaxFailure(message, position)
  }

  /** What cannot be a token is reported as soon as it has been read, before anything that its reader made of what is before. */
  failAtWrongToken(): void {
    if (this.here.kind === 'error') this.fail(this.here.text, this.here.position)
  }

  /** `unexpected <op:*> in aggregation, expected "("`; either part may be empty. */
  unexpected(context = this.place.context, expected = this.place.expected): never {
    this.failAtWrongToken()
    const token = this.here
    const where = context === '' ? '' : ` in ${context}`
    const instead = expected === '' ? '' : `, expected ${expected}`
    return this.fail(`unexpected ${describe(token)}${where}${instead}`, token.position)
  }
}
