import type { Search, SearchRefused, Value } from './ast.ts'
import { readTokens, type Token } from './lexer.ts'

/**
 * The search language, by recursive descent; `grammar.ebnf` beside this file is the same thing to read.
 * Binding, loosest first: OR, AND (also: nothing between two terms), NOT and `-`.
 */
export function parseSearch(text: string): Search | SearchRefused {
  const tokens = readTokens(text)
  if ('refused' in tokens) return tokens
  const parser = new Parser(tokens)
  return parser.whole()
}

const depthMax = 50
const termsMax = 200

class Parser {
  readonly #tokens: Token[]
  #at = 0
  #depth = 0
  #terms = 0

  constructor(tokens: Token[]) {
    this.#tokens = tokens
  }

  whole(): Search | SearchRefused {
    if (this.#peek().is === 'end') return { is: 'all' }
    const search = this.#or()
    if ('refused' in search) return search
    const rest = this.#peek()
    if (rest.is === 'end') return search
    if (rest.is === ')') return refuse("this ')' closes nothing", rest)
    return refuse(`'${rest.is}' is not expected here`, rest)
  }

  #or(): Search | SearchRefused {
    if (++this.#depth > depthMax) return refuse(`it is nested more than ${depthMax} deep`, this.#peek())
    const terms: Search[] = []
    do {
      const term = this.#and()
      if ('refused' in term) return term
      terms.push(term)
    } while (this.#take('OR'))
    this.#depth--
    return joined('or', terms)
  }

  #and(): Search | SearchRefused {
    const terms: Search[] = []
    for (;;) {
      const term = this.#not()
      if ('refused' in term) return term
      terms.push(term)
      if (this.#take('AND')) continue
      const next = this.#peek().is
      if (next === 'end' || next === ')' || next === 'OR') return joined('and', terms)
    }
  }

  #not(): Search | SearchRefused {
    let negated = false
    while (this.#take('NOT') || this.#take('-')) negated = !negated
    const term = this.#term()
    return negated && !('refused' in term) ? { is: 'not', term } : term
  }

  #term(): Search | SearchRefused {
    const token = this.#next()
    if (++this.#terms > termsMax) return refuse(`it has more than ${termsMax} terms`, token)
    switch (token.is) {
      case '(': {
        const search = this.#or()
        if ('refused' in search) return search
        return this.#take(')') ? search : refuse("the '(' that begins here is never closed", token)
      }
      case 'key':
        return this.#compare(token)
      case 'value':
        return { is: 'words', value: token.value }
      case 'end':
        return refuse('it ends where a word, a key or a group should follow', token)
      default:
        return refuse(`a word, a key or a group should stand before '${token.is}'`, token)
    }
  }

  #compare(key: Token & { is: 'key' }): Search | SearchRefused {
    const token = this.#next()
    if (token.is === 'value') return comparison(key, token.value)
    if (token.is === '(') {
      if (key.compare !== ':') return refuse(`a group of values follows ':' only, as in ${key.key}:(a OR b)`, token)
      const values = this.#values(key)
      if ('refused' in values) return values
      return this.#take(')') ? values : refuse("the '(' that begins here is never closed", token)
    }
    return refuse(`a value should follow '${key.key}${key.compare}'; write ${key.key}:* for "has ${key.key}"`, token)
  }

  /** Inside `key:( )`. Two values with nothing between are refused: half the world would read it as OR. */
  #values(key: Token & { is: 'key' }): Search | SearchRefused {
    const any: Search[] = []
    let all: Search[] = []
    for (;;) {
      const value = this.#oneValue(key)
      if ('refused' in value) return value
      all.push(value)
      const next = this.#peek()
      if (this.#take('AND')) continue
      any.push(joined('and', all))
      all = []
      if (this.#take('OR')) continue
      if (next.is === ')' || next.is === 'end') return joined('or', any)
      return refuse('write OR or AND between the values of a group', next)
    }
  }

  #oneValue(key: Token & { is: 'key' }): Search | SearchRefused {
    let negated = false
    while (this.#take('NOT') || this.#take('-')) negated = !negated
    const token = this.#next()
    if (++this.#terms > termsMax) return refuse(`it has more than ${termsMax} terms`, token)
    if (token.is !== 'value') return refuse(`only values can stand in the group after '${key.key}:'`, token)
    const term = comparison(key, token.value)
    return negated ? { is: 'not', term } : term
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { is: 'end', position: 0 }
  }

  #next(): Token {
    const token = this.#peek()
    if (token.is !== 'end') this.#at++
    return token
  }

  #take(is: Token['is']): boolean {
    if (this.#peek().is !== is) return false
    this.#at++
    return true
  }
}

function comparison(key: Token & { is: 'key' }, value: Value): Search {
  if (key.compare !== '!=') return { is: 'compare', key: key.key, compare: key.compare, value }
  return { is: 'not', term: { is: 'compare', key: key.key, compare: '=', value } }
}

function joined(is: 'and' | 'or', terms: Search[]): Search {
  const only = terms[0]
  return terms.length === 1 && only !== undefined ? only : { is, terms }
}

function refuse(why: string, token: Token): SearchRefused {
  return { refused: `Cannot read this search: ${why}`, position: token.position }
}
