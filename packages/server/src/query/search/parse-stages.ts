import type { Aggregate, Key, SearchRefused, Stage } from './ast.ts'
import { durationNano } from './durations.ts'
import type { Token } from './lexer.ts'
import { refuse, type Tokens } from './tokens.ts'

/** What stands between the bars: `| count by (service) | sort -count`. */
export function parseStages(tokens: Tokens): Stage[] | SearchRefused {
  const stages: Stage[] = []
  while (tokens.take('|')) {
    const stage = parseStage(tokens)
    if ('refused' in stage) return stage
    stages.push(stage)
    const rest = tokens.peek()
    if (rest.is !== 'end' && rest.is !== '|') {
      const isBy = stage.is === 'timeseries' && rest.is === 'name' && rest.text === 'by'
      const advice = isBy ? '; what is counted by stands before, as in count by (service) | timeseries 1m' : ''
      return refuse(`${shown(rest)} is not expected in this pipe${advice}`, rest)
    }
    if (stages.length > stagesMax) return refuse(`it has more than ${stagesMax} pipes`, rest)
  }
  return stages
}

const stagesMax = 20
const keysMax = 10
const stageNames = 'count, rate, p95(key), avg(key), min, max, sum, uniq, top, values, timeseries, where, sort, limit'

function parseStage(tokens: Tokens): Stage | SearchRefused {
  const token = tokens.peek()
  if (token.is !== 'name') return refuse(`a pipe begins with one of ${stageNames}`, token)
  const { position } = token
  switch (token.text) {
    case 'top':
      return parseTop(tokens)
    case 'values': {
      tokens.next()
      const key = parseKey(tokens, 'values')
      return 'refused' in key ? key : { is: 'values', key, position }
    }
    case 'timeseries':
      return parseTimeseries(tokens)
    case 'where':
      return parseWhere(tokens)
    case 'sort':
      return parseSort(tokens)
    case 'limit': {
      tokens.next()
      const rows = parseRows(tokens, 'limit')
      return typeof rows === 'object' ? rows : { is: 'limit', rows, position }
    }
    default:
      return parseAggregates(tokens, position)
  }
}

function parseTop(tokens: Tokens): Stage | SearchRefused {
  const { position } = tokens.next()
  const count = tokens.peek()
  const isNumber = count.is === 'name' && /^\d+$/.test(count.text)
  const rows = isNumber ? parseRows(tokens, 'top') : 10
  if (typeof rows === 'object') return rows
  const key = parseKey(tokens, 'top 10')
  if ('refused' in key) return key
  if (!takeWord(tokens, 'by')) return { is: 'top', rows, key, position }
  const value = parseAggregate(tokens)
  return 'refused' in value ? value : { is: 'top', rows, key, value, position }
}

function parseTimeseries(tokens: Tokens): Stage | SearchRefused {
  const { position } = tokens.next()
  const step = tokens.peek()
  if (step.is !== 'name') return { is: 'timeseries', position }
  tokens.next()
  const nanoseconds = durationNano(step.text)
  if (nanoseconds === undefined || nanoseconds < 1e6 || nanoseconds % 1e6 !== 0) {
    return refuse(`a step of time should follow timeseries, as in timeseries 1m, not "${step.text}"`, step)
  }
  return { is: 'timeseries', stepMs: nanoseconds / 1e6, position }
}

function parseWhere(tokens: Tokens): Stage | SearchRefused {
  const { position } = tokens.next()
  const column = parseColumn(tokens, 'where count > 10')
  if ('refused' in column) return column
  const compare = tokens.next()
  if (compare.is !== 'compare') return refuse(`a comparison should follow "${column.key}", as in count > 10`, compare)
  const written = tokens.next()
  const value = written.is === 'name' ? amountOf(written.text) : undefined
  if (value === undefined) return refuse('a column is compared with a number or a duration, as in count > 10', written)
  return { is: 'where', column, compare: compare.compare, value, position }
}

function amountOf(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : durationNano(text)
}

function parseSort(tokens: Tokens): Stage | SearchRefused {
  const { position } = tokens.next()
  const first = tokens.peek()
  const isFalling = first.is === 'name' && !first.quoted && first.text.startsWith('-')
  const column = parseColumn(tokens, 'sort -count')
  if ('refused' in column) return column
  const key = isFalling ? { ...column, key: column.key.slice(1) } : column
  if (key.key === '') return refuse('a column should follow "-", as in sort -count', column)
  const isDescending = takeWord(tokens, 'desc')
  if (!isDescending) takeWord(tokens, 'asc')
  return { is: 'sort', column: key, order: isFalling !== isDescending ? 'falling' : 'rising', position }
}

/** The name of a column that is there already: `count`, `service`, `p95(duration)`. */
function parseColumn(tokens: Tokens, example: string): Key | SearchRefused {
  const token = tokens.next()
  if (token.is !== 'name') return refuse(`a column should stand here, as in ${example}`, token)
  if (!tokens.take('(')) return { key: token.text, position: token.position }
  const of = tokens.peek()
  if (tokens.take(')')) return { key: token.text, position: token.position }
  if (of.is !== 'name') return refuse(`a key should stand in the parentheses of ${token.text}( )`, of)
  tokens.next()
  if (!tokens.take(')')) return refuse("a ')' is missing here", tokens.peek())
  return { key: `${token.text}(${of.text})`, position: token.position }
}

function parseAggregates(tokens: Tokens, position: number): Stage | SearchRefused {
  const values: Aggregate[] = []
  do {
    const value = parseAggregate(tokens)
    if ('refused' in value) return value
    if (!values.some((each) => each.name === value.name)) values.push(value)
  } while (tokens.take(','))
  if (values.length > keysMax) return refuse(`it asks for more than ${keysMax} figures`, { position })
  if (!takeWord(tokens, 'by')) return { is: 'aggregate', values, by: [], position }
  const by = parseKeys(tokens)
  return 'refused' in by ? by : { is: 'aggregate', values, by, position }
}

function parseAggregate(tokens: Tokens): Aggregate | SearchRefused {
  const token = tokens.next()
  if (token.is !== 'name') return refuse(`one of ${stageNames} should stand here`, token)
  const { text, position } = token
  const of = parseArgument(tokens, text)
  if (of !== undefined && 'refused' in of) return of
  const name = of === undefined ? text : `${text}(${of.key})`
  switch (text) {
    case 'count':
    case 'rate':
      if (of !== undefined)
        return refuse(`${text} counts records and takes no key; write ${of.key}:* in the search`, of)
      return { name, position, function: text }
    case 'avg':
    case 'min':
    case 'max':
    case 'sum':
    case 'uniq':
      return of === undefined
        ? refuse(`${text} is of a key, as in ${text}(duration)`, token)
        : { name, position, function: text, of }
  }
  const quantile = /^p(\d{1,2}(?:\.\d{1,3})?)$/.exec(text)?.[1]
  if (quantile === undefined) return refuse(`"${text}" is not a pipe: it is one of ${stageNames}`, token)
  if (of === undefined) return refuse(`${text} is of a key, as in ${text}(duration)`, token)
  return { name, position, function: 'quantile', quantile: Number((Number(quantile) / 100).toFixed(6)), of }
}

/** `(key)`; undefined where there are no parentheses, or nothing in them. */
function parseArgument(tokens: Tokens, name: string): Key | SearchRefused | undefined {
  if (!tokens.take('(') || tokens.take(')')) return undefined
  const key = parseKey(tokens, `${name}(`)
  if ('refused' in key) return key
  return tokens.take(')') ? key : refuse("a ')' is missing here", tokens.peek())
}

/** `(a, b)` or `a, b`. */
function parseKeys(tokens: Tokens): Key[] | SearchRefused {
  const isGroup = tokens.take('(')
  const keys: Key[] = []
  do {
    const key = parseKey(tokens, 'by')
    if ('refused' in key) return key
    if (!keys.some((each) => each.key === key.key)) keys.push(key)
    if (keys.length > keysMax) return refuse(`it is grouped by more than ${keysMax} keys`, key)
  } while (tokens.take(','))
  return isGroup && !tokens.take(')') ? refuse("a ')' or a comma is missing here", tokens.peek()) : keys
}

function parseKey(tokens: Tokens, after: string): Key | SearchRefused {
  const token = tokens.next()
  if (token.is !== 'name') return refuse(`a key should follow "${after}", as in ${after} service`, token)
  return { key: token.text, position: token.position }
}

const rowsMax = 10_000

function parseRows(tokens: Tokens, after: string): number | SearchRefused {
  const token = tokens.next()
  const rows = token.is === 'name' && /^\d{1,9}$/.test(token.text) ? Number(token.text) : 0
  if (rows >= 1 && rows <= rowsMax) return rows
  return refuse(`a number from 1 to ${rowsMax} should follow ${after}`, token)
}

function takeWord(tokens: Tokens, text: string): boolean {
  const token = tokens.peek()
  return token.is === 'name' && !token.quoted && token.text === text && tokens.take('name')
}

function shown(token: Token): string {
  return token.is === 'name' ? `"${token.text}"` : `'${token.is === 'compare' ? token.compare : token.is}'`
}
