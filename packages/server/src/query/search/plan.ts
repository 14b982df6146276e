import type { Bound, Comparison, Search, SearchRefused, Value } from './ast.ts'
import type {
  AttributeSource,
  Condition,
  Holder,
  IdColumn,
  Signal,
  TextColumn,
  TextSource,
  TextTest,
} from './condition.ts'
import { lowerAscii, tokensOf } from './condition.ts'
import { durationNano } from './durations.ts'
import { compileRegex, parseRegex } from './regex.ts'
import { refuse } from './tokens.ts'

/** Resolves every key of a search for one signal. What cannot mean anything is refused with its place in the text. */
export function planSearch(signal: Signal, search: Search): Condition | SearchRefused {
  switch (search.is) {
    case 'all':
      return { is: 'always' }
    case 'not': {
      const term = planSearch(signal, search.term)
      return 'refused' in term ? term : { is: 'not', term }
    }
    case 'and':
    case 'or': {
      const terms: Condition[] = []
      for (const each of search.terms) {
        const term = planSearch(signal, each)
        if ('refused' in term) return term
        terms.push(term)
      }
      return { is: search.is, terms }
    }
    case 'words':
      return planWords(wordColumns[signal], search.value)
    case 'compare':
      return refuseOfTrace(signal, search.key, search.value) ?? planCompare(signal, search)
    case 'between':
      return refuseOfTrace(signal, search.key, search) ?? planBetween(signal, search)
    case 'span':
    case 'related':
      return refuse(
        `${search.is === 'span' ? "'{ }'" : `'${search.relation}'`} is of traces: here each ${signal === 'logs' ? 'record' : 'span'} is looked at alone`,
        search,
      )
  }
}

/** What is said of whole traces, which `trace-condition.ts` plans. */
export const measures = ['duration', 'spans', 'errors', 'services'] as const
const traceKeys: readonly string[] = [...measures.map((measure) => `trace.${measure}`), 'root.service', 'root.name']

function refuseOfTrace(signal: Signal, key: string, at: { position: number }): SearchRefused | undefined {
  if (signal === 'logs' || !traceKeys.includes(key)) return undefined
  return refuse(`${key} is of whole traces: here each span is looked at alone`, at)
}

const wordColumns: Record<Signal, readonly TextColumn[]> = { logs: ['body'], spans: ['name', 'status_message'] }

/** `isBound`: an end of a range, which text has too. */
type Compare = Search & { is: 'compare' } & { isBound?: boolean }
type PlanKey = (compare: Compare) => Condition | SearchRefused

const both: Record<string, PlanKey> = {
  service: textColumn('service'),
  trace_id: (compare) => planId('trace_id', 32, compare),
  trace: (compare) => planId('trace_id', 32, compare),
  span_id: (compare) => planId('span_id', 16, compare),
  'scope.name': (compare) => planText({ of: 'scope name' }, compare),
  'scope.version': (compare) => planText({ of: 'scope version' }, compare),
}
const known: Record<Signal, Record<string, PlanKey>> = {
  logs: {
    ...both,
    level: planSeverity,
    severity: planSeverity,
    body: planBody,
    message: planBody,
    event: textColumn('event_name'),
  },
  spans: {
    ...both,
    name: textColumn('name'),
    operation: textColumn('name'),
    status_message: textColumn('status_message'),
    kind: (compare) => planNamed('kind', kinds, compare),
    status: (compare) => planNamed('status', statuses, compare),
    duration: planDuration,
    parent_id: (compare) => planId('parent_span_id', 16, compare),
    event: (compare) => planText({ of: 'event names' }, compare),
    'event.name': (compare) => planText({ of: 'event names' }, compare),
  },
}

/** The keys with a meaning of their own, for completion. */
export function knownKeys(signal: Signal): string[] {
  return Object.keys(known[signal])
}

function planCompare(signal: Signal, compare: Compare): Condition | SearchRefused {
  const planKey = Object.hasOwn(known[signal], compare.key) ? known[signal][compare.key] : undefined
  if (planKey !== undefined) return planKey(compare)
  const source = attributeSource(signal, compare.key)
  if (compare.compare === ':' || compare.compare === '=') return planText(source, compare)
  const value = numberOf(compare.value)
  if (value !== undefined) return { is: 'number', source, compare: compare.compare, value }
  if (compare.isBound || isDate(compare.value)) return planText(source, { ...compare, isBound: true })
  return refuse(
    `${compare.key} is compared with a number or a date, as in ${compare.key}${compare.compare}100`,
    compare.value,
  )
}

/** `2026-01-05`, with a time or without: dates written so stand in the order of their letters. */
function isDate(value: Value): boolean {
  return value.is === 'exact' && /^\d{4}-\d\d-\d\d(?:[T ]|$)/.test(value.text)
}

/** Both ends as comparisons, of numbers where both ends are. */
function planBetween(
  signal: Signal,
  { key, least, most, position }: Search & { is: 'between' },
): Condition | SearchRefused {
  if (least === undefined && most === undefined) {
    return planCompare(signal, {
      is: 'compare',
      key,
      compare: ':',
      value: { is: 'wildcard', pieces: ['', ''], position },
    })
  }
  const isText = [least, most].some((bound) => bound !== undefined && numberOf(bound.value) === undefined)
  const terms: Condition[] = []
  for (const end of [boundOf(least, '>'), boundOf(most, '<')]) {
    if (end === undefined) continue
    const isKnown = Object.hasOwn(known[signal], key)
    const compare: Compare = { is: 'compare', key, ...end, isBound: true }
    const source = attributeSource(signal, key)
    const term = isText && !isKnown ? planText(source, compare) : planCompare(signal, compare)
    if ('refused' in term) return term
    terms.push(term)
  }
  return { is: 'and', terms }
}

function boundOf(bound: Bound | undefined, compare: '>' | '<'): { compare: Comparison; value: Value } | undefined {
  return bound && { compare: bound.isIncluded ? `${compare}=` : compare, value: bound.value }
}

const holders: readonly [prefix: string, holder: Holder, signals: readonly Signal[]][] = [
  ['resource.', 'resource', ['logs', 'spans']],
  ['attributes.', 'record', ['logs', 'spans']],
  ['scope.', 'scope', ['logs', 'spans']],
  ['event.', 'events', ['spans']],
  ['link.', 'links', ['spans']],
  ['any.', 'any', ['spans']],
]

export function attributeSource(signal: Signal, key: string): AttributeSource {
  for (const [prefix, holder, signals] of holders) {
    if (key.startsWith(prefix) && signals.includes(signal))
      return { of: 'attribute', key: key.slice(prefix.length), holder }
  }
  return { of: 'attribute', key, holder: 'either' }
}

function textColumn(column: TextColumn): PlanKey {
  return (compare) => planText({ of: 'column', column }, compare)
}

function planText(source: TextSource, { key, compare, value, isBound }: Compare): Condition | SearchRefused {
  if (compare !== ':' && compare !== '=') {
    if (isBound) return { is: 'text', source, test: { test: 'order', compare, text: writtenText(value) } }
    return refuse(`${key} is text: it can be matched with ':', '=' and '!=', not compared with '${compare}'`, value)
  }
  const test = textTest(value, compare)
  return 'refused' in test ? test : { is: 'text', source, test }
}

function textTest(value: Value, compare: Comparison): TextTest | SearchRefused {
  if (compare === '=') return { test: 'equals', text: writtenText(value) }
  switch (value.is) {
    case 'exact':
      return { test: 'equals', text: value.text }
    case 'regex':
      return checkedRegex(value) ?? { test: 'regex', pattern: value.pattern }
    case 'wildcard':
      return isPresence(value) ? { test: 'present' } : { test: 'wildcard', pieces: value.pieces }
  }
}

function checkedRegex(value: Value & { is: 'regex' }): SearchRefused | undefined {
  const parsed = parseRegex(value.pattern)
  const at = 'refused' in parsed ? parsed.position : 0
  const checked = 'refused' in parsed ? parsed : compileRegex(parsed)
  if (!('refused' in checked)) return undefined
  return {
    refused: `Cannot read this search: in the regular expression, ${checked.refused}`,
    position: value.position + 1 + at,
  }
}

/** After '=' nothing is special: the value as it was typed. */
function writtenText(value: Value): string {
  if (value.is === 'exact') return value.text
  return value.is === 'regex' ? `/${value.pattern}/` : value.pieces.join('*')
}

function isPresence(value: Value): boolean {
  return value.is === 'wildcard' && value.pieces.every((piece) => piece === '')
}

function planBody(compare: Compare): Condition | SearchRefused {
  if (compare.compare === ':' && !isPresence(compare.value)) return planWords(['body'], compare.value)
  return planText({ of: 'column', column: 'body' }, compare)
}

function planWords(columns: readonly TextColumn[], value: Value): Condition | SearchRefused {
  switch (value.is) {
    case 'regex':
      return checkedRegex(value) ?? { is: 'words', columns, words: { match: 'regex', pattern: value.pattern } }
    case 'wildcard':
      return { is: 'words', columns, words: { match: 'loose', pieces: value.pieces.map(lowerAscii) } }
    case 'exact': {
      if (value.text === '') return { is: 'always' }
      return {
        is: 'words',
        columns,
        words: { match: 'whole', tokens: tokensOf(value.text), phrase: lowerAscii(value.text) },
      }
    }
  }
}

function planId(column: IdColumn, length: number, { key, compare, value }: Compare): Condition | SearchRefused {
  const source: Condition = { is: 'not', term: { is: 'id', column, hex: '0'.repeat(length) } }
  if (compare === ':' && isPresence(value)) return source
  const hex = writtenText(value).toLowerCase()
  if ((compare !== ':' && compare !== '=') || hex.length !== length || !/^[0-9a-f]+$/.test(hex)) {
    return refuse(
      `${key} is matched with ${length} hex digits, as in ${key}:${'0af7651916cd43dd8448eb211c80319c'.slice(0, length)}, or ${key}:*`,
      value,
    )
  }
  return { is: 'id', column, hex }
}

/** Lowest number of each severity range; a range is four numbers wide. */
const severities: Record<string, number> = {
  trace: 1,
  debug: 5,
  info: 9,
  information: 9,
  warn: 13,
  warning: 13,
  error: 17,
  err: 17,
  fatal: 21,
  critical: 21,
}

function planSeverity({ key, compare, value }: Compare): Condition | SearchRefused {
  if (isPresence(value)) return severityBetween(1, 24)
  const text = writtenText(value).toLowerCase()
  if (text === 'unset' && (compare === ':' || compare === '=')) return severityBetween(0, 0)
  const named = Object.hasOwn(severities, text) ? severities[text] : undefined
  const isNumber = /^\d{1,2}$/.test(text) && Number(text) <= 24
  if (named === undefined && !isNumber) {
    return refuse(`${key} is one of trace, debug, info, warn, error, fatal, unset, or a number from 0 to 24`, value)
  }
  const lowest = named ?? Number(text)
  const highest = named === undefined ? lowest : lowest + 3
  switch (compare) {
    case '>':
      return severityBetween(highest + 1, 24)
    case '>=':
      return severityBetween(lowest, 24)
    // A record without a severity is not below any.
    case '<':
      return severityBetween(1, lowest - 1)
    case '<=':
      return severityBetween(1, highest)
    default:
      return severityBetween(lowest, highest)
  }
}

function severityBetween(lowest: number, highest: number): Condition {
  const source = { of: 'column', column: 'severity' } as const
  if (lowest === highest) return { is: 'number', source, compare: '=', value: lowest }
  const above: Condition = { is: 'number', source, compare: '>=', value: lowest }
  if (highest >= 24) return above
  return { is: 'and', terms: [above, { is: 'number', source, compare: '<=', value: highest }] }
}

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const statuses = ['unset', 'ok', 'error']

function planNamed(
  column: 'kind' | 'status',
  names: string[],
  { key, compare, value }: Compare,
): Condition | SearchRefused {
  if (compare === ':' && isPresence(value)) return { is: 'always' }
  const number = names.indexOf(writtenText(value).toLowerCase())
  if (number < 0 || (compare !== ':' && compare !== '=')) return refuse(`${key} is one of ${names.join(', ')}`, value)
  return { is: 'number', source: { of: 'column', column }, compare: '=', value: number }
}

function planDuration({ key, compare, value }: Compare): Condition | SearchRefused {
  if (compare === ':' && isPresence(value)) return { is: 'always' }
  const nanoseconds = durationNano(writtenText(value))
  if (nanoseconds === undefined) {
    return refuse(`${key} is compared with a number and its unit (ns, us, ms, s, m, h, d), as in ${key}>250ms`, value)
  }
  if (!Number.isSafeInteger(nanoseconds)) return refuse(`${key} cannot be longer than 104 days`, value)
  return {
    is: 'number',
    source: { of: 'column', column: 'duration' },
    compare: compare === ':' ? '=' : compare,
    value: nanoseconds,
  }
}

function numberOf(value: Value): number | undefined {
  if (value.is !== 'exact' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value.text)) return undefined
  const number = Number(value.text)
  return Number.isFinite(number) ? number : undefined
}
