import { isWellFormed, unquote } from '../../query/promql/parse/literals.ts'
import { isMatcher, type Matcher, type MatcherFault, matcherOf, type Operator, operators } from './matcher.ts'

/**
 * Alertmanager's newer syntax. Names and values are quoted, with Go's escapes, or have none of the reserved characters:
 *
 *   matchers = [ "{" ] [ matcher { "," matcher } [ "," ] ] [ "}" ]      both braces or none
 *   matcher  = text ( "=" | "!=" | "=~" | "!~" ) text
 */
type Token = {
  readonly kind: '{' | '}' | ',' | 'operator' | 'text' | 'end'
  readonly text: string
  readonly at: number
}

const space = /\s*/uy
const operator = /[=!]~?|!=/y
const quoted = /"(?:[^"\\]|\\[\s\S])*"/y
const unquoted = /[^\s{}!=~,\\"'`]+/uy

export function parseUtf8Matchers(text: string): readonly Matcher[] | MatcherFault {
  const tokens = tokenize(text)
  if ('error' in tokens) return tokens
  return new Reader(tokens).matchers()
}

function tokenize(text: string): readonly Token[] | MatcherFault {
  const tokens: Token[] = []
  let at = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0] ?? ''
  }
  for (;;) {
    at += take(space).length
    const character = text[at]
    if (character === undefined) return [...tokens, { kind: 'end', text: 'the end', at }]
    const token = tokenAt(character, take)
    if (typeof token === 'string') return { error: token, position: at }
    tokens.push({ ...token, at })
    at += token.length
  }
}

function tokenAt(first: string, take: (pattern: RegExp) => string): Omit<Token & { length: number }, 'at'> | string {
  if (first === '{' || first === '}' || first === ',') return { kind: first, text: first, length: 1 }
  if (first === '=' || first === '!') {
    const found = operators.find((each) => each === (take(/!=/y) || take(operator)))
    return found === undefined
      ? '"!" is no operator; write !=, or !~'
      : { kind: 'operator', text: found, length: found.length }
  }
  if (first === '"') {
    const token = take(quoted)
    if (token === '') return 'the quotation mark has no end'
    if (/\n/.test(token)) return 'a line ends inside of quotation marks; write \\n'
    const wrong = wrongEscape(token)
    if (wrong !== '') return `"${wrong}" is no escape; a backslash is written twice`
    const said = unquote(token)
    return isWellFormed(said) ? { kind: 'text', text: said, length: token.length } : `${token} is not UTF-8`
  }
  const token = take(unquoted)
  return token === ''
    ? `"${first}" has to stand in quotation marks`
    : { kind: 'text', text: token, length: token.length }
}

/** The first that Go does not know. */
function wrongEscape(token: string): string {
  const known =
    /\\(?:[abfnrtv\\"]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}|[0-3][0-7]{2})|\\./gs
  for (const [found] of token.matchAll(known)) if (/^\\[^abfnrtv\\"]$/s.test(found)) return found
  return ''
}

class Reader {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  #next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: 'the end', at: 0 }
  }

  matchers(): readonly Matcher[] | MatcherFault {
    const matchers: Matcher[] = []
    const isBraced = this.#take('{')
    while (this.#next().kind !== '}' && (this.#next().kind !== 'end' || (isBraced && matchers.length === 0))) {
      const matcher = this.#matcher()
      if (!isMatcher(matcher)) return matcher
      matchers.push(matcher)
      if (!this.#take(',') && this.#next().kind !== 'end' && this.#next().kind !== '}')
        return this.#wrong(isBraced ? 'a comma or a closing brace' : 'a comma')
    }
    if (isBraced && !this.#take('}')) return this.#wrong('a closing brace')
    if (!isBraced && this.#next().kind === '}') return this.#fault('there is a closing brace and no opening one')
    return this.#next().kind === 'end' ? matchers : this.#wrong('the end')
  }

  #matcher(): Matcher | MatcherFault {
    const { at } = this.#next()
    const name = this.#token('text')
    if (name === undefined) return this.#wrong('the name of a label')
    const operator = this.#operator()
    if (operator === undefined) return this.#wrong('one of =, !=, =~ and !~')
    const value = this.#token('text')
    if (value === undefined) return this.#wrong('a value; an empty one is written ""')
    if (name === '') return { error: 'the name of a label is empty', position: at }
    const matcher = matcherOf(name, operator, value)
    return isMatcher(matcher) ? matcher : { ...matcher, position: at }
  }

  #operator(): Operator | undefined {
    const text = this.#token('operator')
    return operators.find((each) => each === text)
  }

  #token(kind: Token['kind']): string | undefined {
    const { kind: found, text } = this.#next()
    return this.#take(kind) && found === kind ? text : undefined
  }

  #take(kind: Token['kind']): boolean {
    if (this.#next().kind !== kind) return false
    this.#at += 1
    return true
  }

  #wrong(expected: string): MatcherFault {
    const { kind, text } = this.#next()
    return this.#fault(`${kind === 'end' ? text : `"${text}"`} comes where ${expected} is expected`)
  }

  #fault(error: string): MatcherFault {
    return { error, position: this.#next().at }
  }
}
