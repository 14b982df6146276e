import { isWellFormed } from '../../query/promql/parse/literals.ts'
import { isMatcher, type Matcher, type MatcherFault, matcherOf, operators } from './matcher.ts'

/**
 * Alertmanager's older syntax, which forgives much: names are those of Prometheus, a value may stand without quotation marks
 * and hold anything but them, braces are left out as one likes.
 */
export function parseClassicMatchers(text: string): readonly Matcher[] | MatcherFault {
  const matchers: Matcher[] = []
  for (const { piece, at } of piecesOf(text)) {
    const matcher = parseOne(piece)
    if (!isMatcher(matcher)) return { ...matcher, position: at }
    matchers.push(matcher)
  }
  return matchers
}

/** Between commas that do not stand in quotation marks. */
function piecesOf(text: string): { piece: string; at: number }[] {
  const start = text.startsWith('{') ? 1 : 0
  const body = text.slice(start).replace(/\}$/, '')
  const pieces: { piece: string; at: number }[] = []
  let from = 0
  let isQuoted = false
  let isEscaped = false
  for (let i = 0; i < body.length; i++) {
    const character = body[i]
    if (character === ',' && !isQuoted) {
      pieces.push({ piece: body.slice(from, i), at: start + from })
      from = i + 1
      continue
    }
    if (character === '"' && !isEscaped) isQuoted = !isQuoted
    isEscaped = character === '\\' && !isEscaped
  }
  if (body.slice(from).trim() !== '') pieces.push({ piece: body.slice(from).trim(), at: start + from })
  return pieces
}

const shape = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|=|!=|!~)\s*(.*?)\s*$/s

function parseOne(piece: string): Matcher | { readonly error: string } {
  const [, name, written, raw = ''] = shape.exec(piece) ?? []
  const operator = operators.find((each) => each === written)
  if (name === undefined || operator === undefined) return { error: `"${piece}" is no matcher such as severity="page"` }
  const value = readValue(raw)
  if (value === undefined)
    return { error: `in ${raw} a quotation mark stands alone; write \\" for one that belongs to the value` }
  if (!isWellFormed(value)) return { error: `${raw} is not UTF-8` }
  return matcherOf(name, operator, value)
}

/** Undefined where a quotation mark stands alone. */
function readValue(raw: string): string | undefined {
  const isQuoted = raw.startsWith('"')
  const body = isQuoted ? raw.slice(1) : raw
  let value = ''
  for (let i = 0; i < body.length; i++) {
    const character = body[i] ?? ''
    const isLast = i === body.length - 1
    if (character === '"') return isQuoted && isLast ? value : undefined
    if (character !== '\\' || isLast) {
      value += character
      continue
    }
    i += 1
    const escaped = body[i] ?? ''
    if (escaped === 'n') value += '\n'
    else if (escaped === '"' || escaped === '\\') value += escaped
    // A backslash before anything else is one.
    else value += `\\${escaped}`
  }
  return isQuoted ? undefined : value
}
