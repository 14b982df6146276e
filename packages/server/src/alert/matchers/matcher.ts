import { compileRegex } from '../../query/promql/parse/regex.ts'

/** In the order in which Alertmanager sorts them. */
export const operators = ['=', '!=', '=~', '!~'] as const
export type Operator = (typeof operators)[number]

/** A condition on one label of an alert; a label that is not there is empty. */
export type Matcher = {
  readonly name: string
  readonly operator: Operator
  readonly value: string
  readonly matches: (value: string) => boolean
}

/** What is wrong, and where in the text. */
export type MatcherFault = { readonly error: string; readonly position: number }

export type AlertLabels = Readonly<Record<string, string>>

/** Undefined-free: the matcher, or why its regular expression is none. */
export function matcherOf(name: string, operator: Operator, value: string): Matcher | { readonly error: string } {
  if (operator === '=') return { name, operator, value, matches: (text) => text === value }
  if (operator === '!=') return { name, operator, value, matches: (text) => text !== value }
  const regex = compileRegex(value)
  if ('error' in regex) return { error: `"${value}" is no regular expression: ${regex.error}` }
  const isWanted = operator === '=~'
  return { name, operator, value, matches: (text) => regex.test(text) === isWanted }
}

export const matchesAll = (matchers: readonly Matcher[], labels: AlertLabels): boolean =>
  matchers.every(({ name, matches }) => matches(labelValue(labels, name)))

export const labelValue = (labels: AlertLabels, name: string): string =>
  Object.hasOwn(labels, name) ? (labels[name] ?? '') : ''

export const isMatcher = (read: Matcher | { readonly error: string }): read is Matcher => 'matches' in read

/** As Alertmanager sorts those of a route: by name, value, operator. */
export const sortMatchers = (matchers: readonly Matcher[]): Matcher[] =>
  [...matchers].sort(
    (a, b) =>
      compare(a.name, b.name) ||
      compare(a.value, b.value) ||
      operators.indexOf(a.operator) - operators.indexOf(b.operator),
  )

const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** `{foo="bar",baz!~"x.*"}` */
export const printMatchers = (matchers: readonly Matcher[]): string => `{${matchers.map(printMatcher).join(',')}}`

function printMatcher({ name, operator, value }: Pick<Matcher, 'name' | 'operator' | 'value'>): string {
  const isPlain = /^[^\s{}!=~,\\"'`]+$/u.test(name)
  return `${isPlain ? name : quoted(name)}${operator}${quoted(value)}`
}

/** OpenMetrics' escapes, which both syntaxes read. */
const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`
