/**
 * A filter of SigNoz (`service.name = 'shop' AND body CONTAINS 'card'`) as a search of ours, or as matchers of a metric.
 *
 *   or    = and { OR and }
 *   and   = not { [AND] not }
 *   not   = [NOT] ( '(' or ')' | comparison )
 */
export type FilterOf = 'logs' | 'traces' | 'metrics'

/** '' for an empty filter. */
export function importFilter(text: string, of: FilterOf): string | { readonly refused: string } {
  if (text === '') return ''
  try {
    return new FilterReader(text, of).whole()
  } catch (thrown) {
    if (thrown instanceof NotRead) return { refused: `Cannot import the filter ${text}: ${thrown.message}` }
    throw thrown
  }
}

class NotRead extends Error {}

type Token = { readonly is: 'word' | 'text' | 'mark' | 'end'; readonly text: string }

const tokens = /\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|(<=|>=|!=|<>|==|[=<>(),[\]])|([^\s'"=<>!(),[\]]+))/y

class FilterReader {
  readonly #tokens: Token[] = []
  readonly #of: FilterOf
  #at = 0

  constructor(text: string, of: FilterOf) {
    this.#of = of
    tokens.lastIndex = 0
    while (tokens.lastIndex < text.trimEnd().length) {
      const from = tokens.lastIndex
      const found = tokens.exec(text)
      if (found === null) throw new NotRead(`${JSON.stringify(text.slice(from))} is not understood`)
      const [, single, double, mark, word] = found
      const quoted = single ?? double
      if (quoted !== undefined) this.#tokens.push({ is: 'text', text: quoted.replace(/\\(.)/g, '$1') })
      else this.#tokens.push(mark === undefined ? { is: 'word', text: word ?? '' } : { is: 'mark', text: mark })
    }
  }

  whole(): string {
    const read = this.#or()
    if (this.#peek().is !== 'end') throw new NotRead(`${JSON.stringify(this.#peek().text)} is not expected`)
    return read
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { is: 'end', text: '' }
  }

  #next(): Token {
    const token = this.#peek()
    this.#at += 1
    return token
  }

  #takes(text: string): boolean {
    const { is, text: next } = this.#peek()
    if (is === 'text' || next.toUpperCase() !== text) return false
    this.#at += 1
    return true
  }

  #or(): string {
    const terms = [this.#and()]
    while (this.#takes('OR')) terms.push(this.#and())
    if (terms.length > 1 && this.#of === 'metrics') throw new NotRead('matchers of a metric cannot be joined by OR')
    return terms.length === 1 ? (terms[0] ?? '') : `(${terms.join(' OR ')})`
  }

  #and(): string {
    const terms = [this.#not()]
    for (;;) {
      const isJoined = this.#takes('AND')
      const { is, text } = this.#peek()
      if (!isJoined && (is === 'end' || text === ')' || text.toUpperCase() === 'OR')) break
      terms.push(this.#not())
    }
    return terms.join(this.#of === 'metrics' ? ', ' : ' ')
  }

  #not(): string {
    if (this.#takes('NOT')) return this.#denied(() => this.#not())
    if (this.#takes('(')) {
      const inside = this.#or()
      if (!this.#takes(')')) throw new NotRead('a bracket is never closed')
      return this.#of === 'metrics' ? inside : `(${inside})`
    }
    const key = this.#next()
    if (key.is !== 'word') throw new NotRead(`a key is expected and not ${JSON.stringify(key.text)}`)
    return this.#takes('NOT') ? this.#denied(() => this.#compared(key.text)) : this.#compared(key.text)
  }

  #denied(read: () => string): string {
    if (this.#of === 'metrics') throw new NotRead('NOT has no counterpart among the matchers of a metric')
    return `NOT ${read()}`
  }

  #compared(key: string): string {
    const operator = this.#next().text.toUpperCase()
    if (operator === 'EXISTS') return this.#of === 'metrics' ? `${labelOf(key)}!=""` : `${searchKey(key)}:*`
    const values = operator === 'IN' ? this.#list() : [this.#next().text]
    return this.#of === 'metrics' ? matcherOf(key, operator, values) : termOf(searchKey(key), operator, values)
  }

  #list(): string[] {
    if (!this.#takes('(') && !this.#takes('[')) throw new NotRead('IN has a list in brackets')
    const values: string[] = []
    while (!this.#takes(')') && !this.#takes(']')) {
      if (this.#peek().is === 'end') throw new NotRead('a list is never closed')
      if (!this.#takes(',')) values.push(this.#next().text)
    }
    return values
  }
}

/** Their columns under the names that our searches have for them. */
export const searchKey = (key: string): string => searchKeys[key] ?? key
const searchKeys: Readonly<Record<string, string>> = {
  'service.name': 'service',
  duration_nano: 'duration',
  durationNano: 'duration',
  severity_text: 'level',
  kind_string: 'kind',
  status_code_string: 'status',
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
const escaped = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '\\$&')

function termOf(key: string, operator: string, values: readonly string[]): string {
  const [value = ''] = values
  switch (operator) {
    case '=':
    case '==':
      return `${key}=${quoted(value)}`
    case '!=':
    case '<>':
      return `NOT ${key}=${quoted(value)}`
    case '>':
    case '>=':
    case '<':
    case '<=':
      return `${key}${operator}${value}`
    case 'CONTAINS':
      return `${key}:*${escaped(value)}*`
    case 'LIKE':
    case 'ILIKE':
      return `${key}:${value.split('%').map(escaped).join('*')}`
    case 'REGEXP':
      return `${key}:/${value.replaceAll('/', '\\/').replaceAll(' ', '\\x20')}/`
    case 'IN':
      return `(${values.map((each) => `${key}=${quoted(each)}`).join(' OR ')})`
    default:
      throw new NotRead(`the operator ${operator} has no counterpart here`)
  }
}

const labelOf = (key: string): string => key.replace(/[^A-Za-z0-9_]/g, '_')
const plain = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')

function matcherOf(key: string, operator: string, values: readonly string[]): string {
  const label = labelOf(key)
  const [value = ''] = values
  const matches = (pattern: string): string => `${label}=~${JSON.stringify(pattern)}`
  switch (operator) {
    case '=':
    case '==':
      return `${label}=${JSON.stringify(value)}`
    case '!=':
    case '<>':
      return `${label}!=${JSON.stringify(value)}`
    case 'IN':
      return matches(values.map(plain).join('|'))
    case 'CONTAINS':
      return matches(`.*${plain(value)}.*`)
    case 'LIKE':
    case 'ILIKE':
      return matches(value.split('%').map(plain).join('.*'))
    case 'REGEXP':
      return matches(`.*(?:${value}).*`)
    default:
      throw new NotRead(`the operator ${operator} has no counterpart among the matchers of a metric`)
  }
}
