import { unquote } from '../../query/promql/parse/literals.ts'
import type { Command, Operand, Pipeline, Template, TemplateError, TemplateNode } from './ast.ts'

/** What is known of a template before it is run: its functions, and the variables it is given. */
export type TemplateNames = { readonly functions: ReadonlySet<string>; readonly variables: readonly string[] }

/** A template, or why it is none: everything but the types of values is checked here, when a rule file is read. */
export function parseTemplate(text: string, names: TemplateNames): Template | TemplateError {
  try {
    return new Parser(text, names).whole()
  } catch (thrown) {
    if (!(thrown instanceof TemplateFailure)) throw thrown
    return { kind: 'template-error', message: thrown.message, offset: thrown.offset }
  }
}

class TemplateFailure extends Error {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

type Token = { readonly kind: TokenKind; readonly text: string; readonly offset: number; readonly isSpaced: boolean }
type TokenKind = 'field' | 'variable' | 'word' | 'string' | 'character' | 'number' | 'mark' | 'end'

const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['number', /[+-]?(?:0[xX][0-9a-fA-F_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y],
  ['field', /\.[\p{L}_][\p{L}\p{N}_]*/uy],
  ['variable', /\$(?:[\p{L}_][\p{L}\p{N}_]*)?/uy],
  ['word', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y],
  ['character', /'(?:[^'\\\n]|\\.)+'/y],
  ['mark', /:=|[=|(),.]/y],
]

const depthMax = 50

class Parser {
  readonly #text: string
  readonly #names: TemplateNames
  #at = 0
  #tokens: Token[] = []
  #variables: string[]
  #depth = 0
  #loops = 0

  constructor(text: string, names: TemplateNames) {
    this.#text = text
    this.#names = names
    this.#variables = ['$', ...names.variables]
  }

  whole(): Template {
    const { nodes, end, offset } = this.#list()
    if (end !== '') throw new TemplateFailure(`unexpected {{${end}}}`, offset)
    return nodes
  }

  /** Up to the action that ends it: `end`, `else`, `else if`..., or '' at the end of the text. */
  #list(): { nodes: TemplateNode[]; end: string; offset: number } {
    const nodes: TemplateNode[] = []
    for (;;) {
      const open = this.#text.indexOf('{{', this.#at)
      const text = this.#text.slice(this.#at, open < 0 ? undefined : open)
      const trims = open >= 0 && /^\{\{-\s/.test(this.#text.slice(open, open + 4))
      const kept = trims ? text.trimEnd() : text
      if (kept !== '') nodes.push({ kind: 'text', text: kept })
      if (open < 0) {
        this.#at = this.#text.length
        return { nodes, end: '', offset: this.#text.length }
      }
      this.#at = open + (trims ? 3 : 2)
      if (this.#comment(open)) continue
      this.#readTokens(open)
      const ended = this.#tokens[0]?.text ?? ''
      if (this.#isWord() && (ended === 'end' || ended === 'else')) {
        this.#tokens.shift()
        if (ended === 'end') this.#closed()
        return { nodes, end: ended, offset: open }
      }
      nodes.push(this.#action(open))
    }
  }

  #comment(open: number): boolean {
    const comment = /\s*\/\*[\s\S]*?\*\/(\s-)?\}\}/y
    comment.lastIndex = this.#at
    const found = comment.exec(this.#text)
    if (found === null) {
      if (/^\s*\/\*/.test(this.#text.slice(this.#at))) throw new TemplateFailure('unclosed comment', open)
      return false
    }
    this.#at = comment.lastIndex
    if (found[1] !== undefined) this.#skipBlanks()
    return true
  }

  #skipBlanks(): void {
    const rest = this.#text.slice(this.#at)
    this.#at += rest.length - rest.trimStart().length
  }

  /** The tokens of one action, up to and with its `}}`. */
  #readTokens(open: number): void {
    this.#tokens = []
    for (;;) {
      const before = this.#at
      this.#skipBlanks()
      const isSpaced = this.#at > before
      const offset = this.#at
      const close = /^(?:(-)\}\}|\}\})/.exec(this.#text.slice(offset, offset + 3))
      if (close !== null && (close[1] === undefined || isSpaced)) {
        this.#at += close[0].length
        if (close[1] !== undefined) this.#skipBlanks()
        this.#tokens.push({ kind: 'end', text: '}}', offset, isSpaced })
        return
      }
      if (offset >= this.#text.length) throw new TemplateFailure('unclosed action', open)
      const token = this.#token(offset, isSpaced)
      this.#at += token.text.length
      this.#tokens.push(token)
    }
  }

  #token(offset: number, isSpaced: boolean): Token {
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = offset
      const found = pattern.exec(this.#text)
      if (found !== null) return { kind, text: found[0], offset, isSpaced }
    }
    const what =
      this.#text[offset] === '"'
        ? 'unterminated quoted string'
        : `unexpected ${JSON.stringify(this.#text[offset])} in an action`
    throw new TemplateFailure(what, offset)
  }

  get #here(): Token {
    return this.#tokens[0] ?? { kind: 'end', text: '}}', offset: this.#at, isSpaced: false }
  }

  #isWord(): boolean {
    return this.#here.kind === 'word'
  }

  #closed(): void {
    const { kind, text, offset } = this.#here
    if (kind !== 'end') throw new TemplateFailure(`unexpected ${JSON.stringify(text)}`, offset)
    this.#tokens.shift()
  }

  #action(open: number): TemplateNode {
    const { kind, text, offset } = this.#here
    if (kind === 'word' && (text === 'if' || text === 'with' || text === 'range')) {
      this.#tokens.shift()
      return this.#block(text, open)
    }
    if (kind === 'word' && (text === 'break' || text === 'continue')) {
      if (this.#loops === 0) throw new TemplateFailure(`{{${text}}} outside {{range}}`, offset)
      this.#tokens.shift()
      this.#closed()
      return { kind: text }
    }
    if (kind === 'word' && (text === 'template' || text === 'define' || text === 'block'))
      throw new TemplateFailure(`{{${text}}} is not supported in rules; write the text where it is needed`, offset)
    const pipeline = this.#pipeline('')
    this.#closed()
    return { kind: 'print', pipeline }
  }

  #block(kind: 'if' | 'with' | 'range', open: number): TemplateNode {
    this.#depth += 1
    if (this.#depth > depthMax) throw new TemplateFailure(`blocks are nested deeper than ${depthMax}`, open)
    const known = this.#variables.length
    const pipeline = this.#pipeline(kind)
    this.#closed()
    if (kind === 'range') this.#loops += 1
    const body = this.#list()
    if (kind === 'range') this.#loops -= 1
    if (body.end === '') throw new TemplateFailure(`{{${kind}}} has no {{end}}`, open)
    const otherwise = body.end === 'else' ? this.#else(kind, open) : []
    this.#variables.length = known
    this.#depth -= 1
    return { kind, pipeline, body: body.nodes, otherwise }
  }

  /** `{{else}} ... {{end}}`, or `{{else if ...}}`, which is a block of its own inside. */
  #else(kind: string, open: number): Template {
    const { text, offset } = this.#here
    if (this.#isWord() && text === kind && (text === 'if' || text === 'with')) {
      this.#tokens.shift()
      return [this.#block(text, offset)]
    }
    this.#closed()
    const otherwise = this.#list()
    if (otherwise.end === '') throw new TemplateFailure(`{{${kind}}} has no {{end}}`, open)
    if (otherwise.end === 'else') throw new TemplateFailure('{{else}} is there twice', otherwise.offset)
    return otherwise.nodes
  }

  #pipeline(context: string): Pipeline {
    const { variables, isNew } = this.#declared(context)
    const commands: Command[] = []
    do commands.push(this.#command(commands.length > 0))
    while (this.#accept('|'))
    if (isNew) this.#variables.push(...variables)
    return { variables, isNew, commands }
  }

  #accept(mark: string): boolean {
    if (this.#here.kind !== 'mark' || this.#here.text !== mark) return false
    this.#tokens.shift()
    return true
  }

  #declared(context: string): { variables: string[]; isNew: boolean } {
    const [first, mark, second, sign] = this.#tokens
    const isSign = (token: Token | undefined): boolean =>
      token?.text === ':=' || (token?.kind === 'mark' && token.text === '=')
    let variables: string[] = []
    if (first?.kind === 'variable' && isSign(mark)) variables = [first.text]
    else if (first?.kind === 'variable' && mark?.text === ',' && second?.kind === 'variable' && isSign(sign))
      variables = [first.text, second.text]
    if (variables.length === 2 && context !== 'range')
      throw new TemplateFailure('too many variables are declared; only {{range}} takes two', second?.offset ?? 0)
    const isNew = (variables.length === 2 ? sign : mark)?.text === ':='
    if (variables.length > 0) this.#tokens.splice(0, variables.length * 2)
    if (!isNew) for (const name of variables) this.#checkVariable(name, first?.offset ?? 0)
    return { variables, isNew }
  }

  #checkVariable(name: string, offset: number): void {
    if (!this.#variables.includes(name)) throw new TemplateFailure(`undefined variable "${name}"`, offset)
  }

  #command(isPiped: boolean): Command {
    const operands: Operand[] = []
    const begin = this.#here.offset
    for (;;) {
      const { kind, text, isSpaced, offset } = this.#here
      if (kind === 'end' || (kind === 'mark' && (text === '|' || text === ')'))) break
      if (operands.length > 0 && !isSpaced) throw new TemplateFailure(`unexpected ${JSON.stringify(text)}`, offset)
      operands.push(this.#operand())
    }
    const [first] = operands
    if (first === undefined) throw new TemplateFailure('a value is missing', begin)
    const takesValues = first.kind === 'function' || ('path' in first && first.path.length > 0)
    if (isPiped && !takesValues) throw new TemplateFailure('what is piped into has to be a function', begin)
    if (operands.length > 1 && !takesValues)
      throw new TemplateFailure('cannot give values to what is no function', begin)
    return operands
  }

  #operand(): Operand {
    const token = this.#here
    const { kind, text, offset } = token
    this.#tokens.shift()
    if (kind === 'field') return { kind: 'dot', path: [text.slice(1), ...this.#path()], offset }
    if (kind === 'variable') {
      this.#checkVariable(text, offset)
      return { kind: 'variable', name: text, path: this.#path(), offset }
    }
    if (kind === 'word') return this.#word(text, offset)
    if (kind === 'string') return { kind: 'literal', value: unquote(text) }
    if (kind === 'character') return { kind: 'literal', value: BigInt(unquote(text).codePointAt(0) ?? 0) }
    if (kind === 'number') return { kind: 'literal', value: numberOf(text, offset) }
    if (text === '.') return { kind: 'dot', path: [], offset }
    if (text !== '(') throw new TemplateFailure(`unexpected ${JSON.stringify(text)}`, offset)
    this.#depth += 1
    if (this.#depth > depthMax) throw new TemplateFailure(`parentheses are nested deeper than ${depthMax}`, offset)
    const pipeline = this.#pipeline('')
    if (!this.#accept(')')) throw new TemplateFailure('unclosed parenthesis', offset)
    this.#depth -= 1
    return { kind: 'pipeline', pipeline, path: this.#path(), offset }
  }

  #word(text: string, offset: number): Operand {
    if (text === 'true' || text === 'false') return { kind: 'literal', value: text === 'true' }
    if (text === 'nil') return { kind: 'literal', value: null }
    if (!this.#names.functions.has(text)) throw new TemplateFailure(`function "${text}" not defined`, offset)
    return { kind: 'function', name: text, offset }
  }

  #path(): string[] {
    const path: string[] = []
    while (this.#here.kind === 'field' && !this.#here.isSpaced) {
      path.push(this.#here.text.slice(1))
      this.#tokens.shift()
    }
    return path
  }
}

/** Whole numbers and others are of two types in Go, and so they are here. */
function numberOf(text: string, offset: number): number | bigint {
  const plain = text.replaceAll('_', '')
  const sign = plain.startsWith('-') ? -1 : 1
  const digits = plain.replace(/^[+-]/, '')
  if (/^(?:0[xX][0-9a-fA-F]+|\d+)$/.test(digits)) return BigInt(sign) * BigInt(digits)
  const value = sign * Number(digits)
  if (Number.isNaN(value)) throw new TemplateFailure(`bad number syntax: "${text}"`, offset)
  return value
}
