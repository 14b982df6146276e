import type { Bound, Question, Search, SearchRefused, Value } from './ast.ts'
import { readTokens, type Sign, type Token } from './lexer.ts'
import { parseStages } from './parse-stages.ts'
import { refuse, Tokens } from './tokens.ts'

/**
 * The search language, by recursive descent; `grammar.ebnf` beside this file is the same thing to read.
 * Binding, loosest first: OR, structure (`>`, `>>`), AND (also: nothing between two terms), NOT and `-`.
 */
export function parseQuestion(text: string): Question | SearchRefused {
  const tokens = readTokens(text)
  if ('refused' in tokens) return tokens
  const cursor = new Tokens(tokens)
  const search = new Parser(cursor).whole()
  if ('refused' in search) return search
  const stages = parseStages(cursor)
  return 'refused' in stages ? stages : { search, stages }
}

const depthMax = 50
const termsMax = 200

class Parser {
  readonly #tokens: Tokens
  #depth = 0
  #terms = 0

  constructor(tokens: Tokens) {
    this.#tokens = tokens
  }

  whole(): Search | SearchRefused {
    const first = this.#tokens.peek().is
    if (first === 'end' || first === '|') return { is: 'all' }
    const search = this.#or()
    if ('refused' in search) return search
    const rest = this.#tokens.peek()
    if (rest.is === 'end' || rest.is === '|') return search
    if (rest.is === ')' || rest.is === '}') return refuse(`this '${rest.is}' closes nothing`, rest)
    return refuse(`'${rest.is}' is not expected here`, rest)
  }

  #or(): Search | SearchRefused {
    if (++this.#depth > depthMax) return refuse(`it is nested more than ${depthMax} deep`, this.#tokens.peek())
    const terms: Search[] = []
    do {
      const term = this.#related()
      if ('refused' in term) return term
      terms.push(term)
    } while (this.#tokens.take('OR'))
    this.#depth--
    return joined('or', terms)
  }

  /** `a > b >> c` is `(a > b) >> c`: what is found is the span on the right. */
  #related(): Search | SearchRefused {
    let above = this.#and()
    for (;;) {
      const token = this.#tokens.peek()
      if ('refused' in above || (token.is !== '>' && token.is !== '>>')) return above
      this.#tokens.next()
      const below = this.#and()
      if ('refused' in below) return below
      above = { is: 'related', above, relation: token.is, below, position: token.position }
    }
  }

  #and(): Search | SearchRefused {
    const terms: Search[] = []
    for (;;) {
      const term = this.#not()
      if ('refused' in term) return term
      terms.push(term)
      if (this.#tokens.take('AND')) continue
      if (termsEnd.has(this.#tokens.peek().is)) return joined('and', terms)
    }
  }

  #not(): Search | SearchRefused {
    const negated = this.#tokens.takeNots()
    const term = this.#term()
    return negated && !('refused' in term) ? { is: 'not', term } : term
  }

  #term(): Search | SearchRefused {
    const token = this.#tokens.next()
    if (++this.#terms > termsMax) return refuse(`it has more than ${termsMax} terms`, token)
    switch (token.is) {
      case '(':
        return this.#closed(this.#or(), ')', token)
      case '{':
        return this.#span(token)
      case 'key':
        return this.#compare(token)
      case 'value':
        return isEverything(token.value) ? { is: 'all' } : { is: 'words', value: token.value }
      case 'end':
        return refuse('it ends where a word, a key or a group should follow', token)
      default:
        return refuse(`a word, a key or a group should stand before '${token.is}'`, token)
    }
  }

  #span(open: Token): Search | SearchRefused {
    const { position } = open
    if (this.#tokens.take('}')) return { is: 'span', search: { is: 'all' }, position }
    const search = this.#closed(this.#or(), '}', open)
    return 'refused' in search ? search : { is: 'span', search, position }
  }

  #closed(inside: Search | SearchRefused, close: Sign, open: Token): Search | SearchRefused {
    if ('refused' in inside || this.#tokens.take(close)) return inside
    return refuse(`the '${open.is}' that begins here is never closed`, open)
  }

  #compare(key: Key): Search | SearchRefused {
    const negated = this.#tokens.takeNots()
    const found = this.#compared(key)
    return negated && !('refused' in found) ? { is: 'not', term: found } : found
  }

  #compared(key: Key): Search | SearchRefused {
    const token = this.#tokens.next()
    if (token.is === 'value') return comparison(key, token.value)
    if (token.is === '(') {
      if (key.compare !== ':') return refuse(`a group of values follows ':' only, as in ${key.key}:(a OR b)`, token)
      return this.#closed(this.#values(key), ')', token)
    }
    if (token.is === '[' || token.is === '{') return this.#range(key, token)
    return refuse(`a value should follow '${key.key}${key.compare}'; write ${key.key}:* for "has ${key.key}"`, token)
  }

  /** `[1 TO 5]`, `{1 TO 5}`, `[1 TO *]`. */
  #range(key: Key, open: Token): Search | SearchRefused {
    if (key.compare !== ':') return refuse(`a range follows ':' only, as in ${key.key}:[1 TO 5]`, open)
    const least = this.#bound(open.is === '[')
    if ('refused' in least) return least
    if (!this.#tokens.take('TO')) return refuse('TO should stand between the two ends of a range', this.#tokens.peek())
    const most = this.#bound(true)
    if ('refused' in most) return most
    const close = this.#tokens.next()
    if (close.is !== ']' && close.is !== '}') return refuse('the range that begins here is never closed', open)
    return {
      is: 'between',
      key: key.key,
      ...(!isOpen(least) && { least }),
      ...(!isOpen(most) && { most: { ...most, isIncluded: close.is === ']' } }),
      position: open.position,
    }
  }

  #bound(isIncluded: boolean): Bound | SearchRefused {
    const token = this.#tokens.next()
    if (token.is !== 'value') return refuse('a value or * should stand here, as in [1 TO *]', token)
    if (isOpen(token) || token.value.is === 'exact') return { value: token.value, isIncluded }
    return refuse('an end of a range is a plain value or *', token)
  }

  /** Inside `key:( )`. */
  #values(key: Key): Search | SearchRefused {
    if (++this.#depth > depthMax) return refuse(`it is nested more than ${depthMax} deep`, this.#tokens.peek())
    const terms: Search[] = []
    do {
      const term = this.#besideValues(key)
      if ('refused' in term) return term
      terms.push(term)
    } while (this.#tokens.take('OR'))
    this.#depth--
    return joined('or', terms)
  }

  /**
   * Side by side with nothing between, as Lucene and those who have it from there: any of them, but all that have `+` (what else
   * stands there then only ranks) and none that is denied. A key has one value, so that all of them would never hold.
   */
  #besideValues(key: Key): Search | SearchRefused {
    const values: GroupValue[] = []
    do {
      const value = this.#andValues(key)
      if ('refused' in value) return value
      values.push(value)
    } while (!valuesEnd.has(this.#tokens.peek().is))
    const [only] = values
    if (only !== undefined && values.length === 1) return only.term
    const ofRole = (role: GroupValue['role']): Search[] =>
      values.flatMap((each) => (each.role === role ? each.term : []))
    const all = [...ofRole('all'), ...ofRole('none')]
    const any = ofRole('any')
    if (any.length > 0 && ofRole('all').length === 0) all.unshift(joined('or', any))
    return joined('and', all)
  }

  #andValues(key: Key): GroupValue | SearchRefused {
    const values: GroupValue[] = []
    do {
      const value = this.#oneValue(key)
      if ('refused' in value) return value
      values.push(value)
    } while (this.#tokens.take('AND'))
    const [only] = values
    if (only !== undefined && values.length === 1) return only
    const terms = values.map(({ term }) => term)
    return { role: 'any', term: joined('and', terms) }
  }

  #oneValue(key: Key): GroupValue | SearchRefused {
    const isRequired = this.#tokens.take('+')
    const negated = this.#tokens.takeNots()
    const term = this.#groupTerm(key)
    if ('refused' in term) return term
    if (negated) return { role: 'none', term: { is: 'not', term } }
    return { role: isRequired ? 'all' : 'any', term }
  }

  #groupTerm(key: Key): Search | SearchRefused {
    const token = this.#tokens.next()
    if (++this.#terms > termsMax) return refuse(`it has more than ${termsMax} terms`, token)
    switch (token.is) {
      case '(':
        return this.#closed(this.#values(key), ')', token)
      case '[':
      case '{':
        return this.#range(key, token)
      case 'value':
        return comparison(key, token.value)
      case 'compare': {
        const value = this.#tokens.next()
        if (value.is === 'value') return comparison({ ...key, compare: token.compare }, value.value)
        return refuse(`a value should follow '${token.compare}'`, value)
      }
      default:
        return refuse(`only values can stand in the group after '${key.key}:'`, token)
    }
  }
}

/** A value of a group, and which of those beside it must hold. */
type GroupValue = { role: 'any' | 'all' | 'none'; term: Search }

const valuesEnd: ReadonlySet<Token['is']> = new Set(['OR', ')', 'end'])

type Key = Token & { is: 'key' }

const termsEnd: ReadonlySet<Token['is']> = new Set(['end', ')', '}', 'OR', '>', '>>', '|'])

function isOpen({ value }: { value: Value }): boolean {
  return value.is === 'wildcard' && value.pieces.every((piece) => piece === '')
}

/** `*:*`, as those say it who have it from Lucene. */
function isEverything(value: Value): boolean {
  return value.is === 'wildcard' && value.pieces.join('*') === '*:*'
}

function comparison(key: Key, value: Value): Search {
  if (key.compare !== '!=') return { is: 'compare', key: key.key, compare: key.compare, value }
  return { is: 'not', term: { is: 'compare', key: key.key, compare: '=', value } }
}

function joined(is: 'and' | 'or', terms: Search[]): Search {
  const only = terms[0]
  return terms.length === 1 && only !== undefined ? only : { is, terms }
}
