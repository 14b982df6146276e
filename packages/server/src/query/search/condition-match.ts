import {
  type AttributeSource,
  type Condition,
  type Holder,
  type IdColumn,
  isOfWord,
  lowerAscii,
  type NumberColumn,
  type TextColumn,
  type TextSource,
  type TextTest,
  type Words,
} from './condition.ts'
import { compileRegex, parseRegex } from './regex.ts'

/** A record as live tail sees it, before it is in any table. */
export type MatchRow = {
  text(column: TextColumn): string
  number(column: NumberColumn): number
  /** Lower-case hex; zeros where there is none. */
  id(column: IdColumn): string
  attributes: ReadonlyPairs
  resource: ReadonlyPairs
  scope: { name: string; version: string; attributes: ReadonlyPairs }
  events: readonly { name: string; attributes: ReadonlyPairs }[]
  links: readonly ReadonlyPairs[]
}
export type ReadonlyPairs = readonly (readonly [key: string, value: string])[]
export type Match = (row: MatchRow) => boolean

/** The same condition that `condition-sql.ts` renders, as a function. One suite of cases holds the two together. */
export function compileMatch(condition: Condition): Match {
  switch (condition.is) {
    case 'always':
      return () => true
    case 'and': {
      const terms = condition.terms.map(compileMatch)
      return (row) => terms.every((term) => term(row))
    }
    case 'or': {
      const terms = condition.terms.map(compileMatch)
      return (row) => terms.some((term) => term(row))
    }
    case 'not': {
      const term = compileMatch(condition.term)
      return (row) => !term(row)
    }
    case 'id':
      return (row) => row.id(condition.column) === condition.hex
    case 'number':
      return compileNumber(condition)
    case 'text':
      return compileText(condition.source, condition.test)
    case 'words': {
      const found = compileWords(condition.words)
      return (row) => condition.columns.some((column) => found(row.text(column)))
    }
  }
}

function compileNumber({ source, compare, value }: Condition & { is: 'number' }): Match {
  const holds = comparisons[compare]
  if (source.of === 'column') return (row) => holds(row.number(source.column), value)
  return compileAttribute(source, (text) => {
    const number = numberOf(text)
    return number !== undefined && holds(number, value)
  })
}

export const comparisons = {
  '=': (a: number, b: number) => a === b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
}

/** What the engine's toFloat64OrNull takes as a number. */
function numberOf(text: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text)
  if (/^\+?inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY
  return /^-inf(inity)?$/i.test(text) ? Number.NEGATIVE_INFINITY : undefined
}

function compileText(source: TextSource, test: TextTest): Match {
  if (source.of === 'attribute') {
    return compileAttribute(source, test.test === 'present' ? () => true : compileTest(test))
  }
  const passes = compileTest(test)
  switch (source.of) {
    case 'column':
      return (row) => passes(row.text(source.column))
    case 'scope name':
      return (row) => passes(row.scope.name)
    case 'scope version':
      return (row) => passes(row.scope.version)
    case 'event names':
      return (row) => row.events.some(({ name }) => test.test === 'present' || passes(name))
  }
}

function compileAttribute({ key, holder }: AttributeSource, passes: (text: string) => boolean): Match {
  const held = (pairs: ReadonlyPairs): boolean => {
    const text = firstOf(pairs, key)
    return text !== undefined && passes(text)
  }
  const byHolder: Record<Holder, Match> = {
    record: (row) => held(row.attributes),
    resource: (row) => held(row.resource),
    either: (row) => held(firstOf(row.attributes, key) === undefined ? row.resource : row.attributes),
    scope: (row) => held(row.scope.attributes),
    events: (row) => row.events.some(({ attributes }) => held(attributes)),
    links: (row) => row.links.some(held),
    any: (row) =>
      held(row.attributes) ||
      held(row.resource) ||
      held(row.scope.attributes) ||
      byHolder.events(row) ||
      byHolder.links(row),
  }
  return byHolder[holder]
}

function firstOf(pairs: ReadonlyPairs, key: string): string | undefined {
  return pairs.find(([each]) => each === key)?.[1]
}

function compileTest(test: TextTest): (text: string) => boolean {
  switch (test.test) {
    case 'present':
      return (text) => text !== ''
    case 'equals':
      return (text) => text === test.text
    case 'wildcard':
      return (text) => matchesPieces(text, test.pieces)
    case 'regex':
      return regexMatch(test.pattern)
    case 'order': {
      const bytes = Buffer.from(test.text)
      const holds = comparisons[test.compare]
      return (text) => holds(Buffer.compare(Buffer.from(text), bytes), 0)
    }
  }
}

function compileWords(words: Words): (text: string) => boolean {
  switch (words.match) {
    case 'regex':
      return regexMatch(words.pattern)
    case 'loose': {
      const pieces = ['', ...words.pieces, '']
      return (text) => matchesPieces(lowerAscii(text), pieces)
    }
    case 'whole':
      return (text) => hasPhrase(lowerAscii(text), words.phrase)
  }
}

/** Where the phrase begins or ends with a letter or digit, a word of the text must begin or end there. */
function hasPhrase(text: string, phrase: string): boolean {
  const isFree = (inside: string, outside: string): boolean => !isOfWord(inside) || !isOfWord(outside)
  for (let at = text.indexOf(phrase); at >= 0; at = text.indexOf(phrase, at + 1)) {
    const end = at + phrase.length
    if (isFree(phrase.charAt(0), text.charAt(at - 1)) && isFree(phrase.charAt(phrase.length - 1), text.charAt(end))) {
      return true
    }
  }
  return false
}

function matchesPieces(text: string, pieces: readonly string[]): boolean {
  const first = pieces[0] ?? ''
  const last = pieces.at(-1) ?? ''
  if (pieces.length < 2) return text === first
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
  let at = first.length
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return at <= text.length - last.length
}

/** Patterns were checked when the search was planned. */
function regexMatch(pattern: string): (text: string) => boolean {
  const regex = parseRegex(pattern)
  const match = 'refused' in regex ? regex : compileRegex(regex)
  if ('refused' in match) throw new Error(`Cannot follow with the regular expression /${pattern}/: ${match.refused}`)
  return match
}
