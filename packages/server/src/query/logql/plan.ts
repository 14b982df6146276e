import { compileAnchored } from '../../base/re2.ts'
import type { Condition, TextSource, TextTest } from '../search/condition.ts'
import type { LabelFilter, LabelMatch, LogFilter, LogSelection } from './ast.ts'
import { isLevelLabel, isServiceLabel, type LabelKeys } from './label-keys.ts'
import { levelNames, severitiesOf } from './levels.ts'
import { LogQlError } from './tokenize.ts'

/** A selection as the condition that our own search language makes too. Throws `LogQlError`. */
export function planLogs({ selector, filters }: LogSelection, keys: LabelKeys): Condition {
  const terms = [
    ...selector.map((match) => planMatch(match, keys)),
    ...filters.map((filter) => planFilter(filter, keys)),
  ]
  return terms.length === 0 ? { is: 'always' } : { is: 'and', terms }
}

function planFilter(filter: LogFilter, keys: LabelKeys): Condition {
  if (filter.is === 'filter') return planLabelFilter(filter.filter, keys)
  const isRegex = filter.operator === '|~' || filter.operator === '!~'
  const terms = filter.texts.map((text): Condition => {
    const test: TextTest = isRegex
      ? { test: 'regex', pattern: checked(text) }
      : { test: 'wildcard', pieces: ['', text, ''] }
    return { is: 'text', source: { of: 'column', column: 'body' }, test }
  })
  const found: Condition = { is: 'or', terms }
  return filter.operator === '!=' || filter.operator === '!~' ? { is: 'not', term: found } : found
}

function planLabelFilter(filter: LabelFilter, keys: LabelKeys): Condition {
  switch (filter.is) {
    case 'label':
      return planMatch(filter, keys)
    case 'and':
    case 'or':
      return { is: filter.is, terms: filter.terms.map((term) => planLabelFilter(term, keys)) }
    case 'number': {
      const { operator, value } = filter
      const compare = operator === '==' || operator === '!=' ? '=' : operator
      const terms = keys
        .keysOf(filter.label)
        .map((key): Condition => ({ is: 'number', source: { of: 'attribute', key, holder: 'either' }, compare, value }))
      const found: Condition = { is: 'or', terms }
      return operator === '!=' ? { is: 'not', term: found } : found
    }
  }
}

/** As Prometheus matches: a label that is not there is the empty text. */
function planMatch({ label, operator, value }: LabelMatch, keys: LabelKeys): Condition {
  const isRegex = operator === '=~' || operator === '!~'
  const pattern = isRegex ? checked(value) : ''
  const matches = isRegex ? anchored(pattern) : (text: string) => text === value
  const found = isLevelLabel(label) ? planLevel(matches) : anyOf(sourcesOf(label, keys), testOf(), matches(''))
  return operator === '!=' || operator === '!~' ? { is: 'not', term: found } : found

  function testOf(): TextTest {
    return isRegex ? { test: 'regex', pattern: `^(?s:${pattern})$` } : { test: 'equals', text: value }
  }
}

function sourcesOf(label: string, keys: LabelKeys): TextSource[] {
  if (isServiceLabel(label)) return [{ of: 'column', column: 'service' }]
  return keys.keysOf(label).map((key) => ({ of: 'attribute', key, holder: 'either' }))
}

function anyOf(sources: readonly TextSource[], test: TextTest, orAbsent: boolean): Condition {
  const found: Condition = { is: 'or', terms: sources.map((source) => ({ is: 'text', source, test })) }
  if (!orAbsent) return found
  const present: Condition = {
    is: 'or',
    terms: sources.map((source) => ({ is: 'text', source, test: { test: 'present' } })),
  }
  return { is: 'or', terms: [found, { is: 'not', term: present }] }
}

function planLevel(matches: (text: string) => boolean): Condition {
  const source = { of: 'column', column: 'severity' } as const
  const terms = levelNames.filter(matches).map((name): Condition => {
    const [least, most] = severitiesOf(name)
    return {
      is: 'and',
      terms: [
        { is: 'number', source, compare: '>=', value: least },
        { is: 'number', source, compare: '<=', value: most },
      ],
    }
  })
  return terms.length === 0 ? { is: 'not', term: { is: 'always' } } : { is: 'or', terms }
}

function anchored(pattern: string): (text: string) => boolean {
  const compiled = compileAnchored(pattern)
  return compiled instanceof RegExp ? (text) => compiled.test(text) : () => false
}

function checked(pattern: string): string {
  const compiled = compileAnchored(pattern)
  if (compiled instanceof RegExp) return pattern
  throw new LogQlError(`the regular expression ${JSON.stringify(pattern)} is not one: ${compiled.reason}`, 0)
}
