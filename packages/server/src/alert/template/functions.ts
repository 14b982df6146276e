import { isIP } from 'node:net'
import { compileSearch } from '../../base/re2.ts'
import { parseDurationMs, parseNumber } from '../../query/promql/parse/literals.ts'
import { formatText, printValue, TemplateSample, typeName, type Value } from './go-format.ts'
import {
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  humanizeTimestamp,
  timeOfSeconds,
} from './humanize.ts'

/** What a template cannot go on without, and does not get. */
export class ExpandFailure extends Error {}

export type FunctionContext = {
  /** Answers of `query` at the time of the evaluation. */
  query(text: string): readonly TemplateSample[]
  nowMs: number
  externalUrl: string
}

type TemplateFunction = (args: readonly Value[], context: FunctionContext) => Value

const text = (value: Value): string => {
  if (typeof value === 'string') return value
  throw new ExpandFailure(`expected string; found ${printValue(value)}`)
}

const textAt = (args: readonly Value[], index: number): string => text(args[index])

/** Prometheus' functions take numbers as texts, too. */
function figure(value: Value): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  const parsed = typeof value === 'string' ? parseNumber(value) : undefined
  if (parsed === undefined) throw new ExpandFailure(`cannot make a number of ${typeName(value)} ${printValue(value)}`)
  return parsed
}

const samples = (value: Value): readonly TemplateSample[] => {
  if (Array.isArray(value) && value.every((each) => each instanceof TemplateSample)) return value
  throw new ExpandFailure(`expected the answer of a query; found ${typeName(value)}`)
}

const sample = (value: Value): TemplateSample => {
  if (value instanceof TemplateSample) return value
  throw new ExpandFailure(`expected a sample; found ${typeName(value)}`)
}

function search(pattern: string): RegExp {
  const compiled = compileSearch(pattern)
  if (compiled instanceof RegExp) return compiled
  throw new ExpandFailure(`error parsing regexp: ${compiled.reason}`)
}

/** `$1` and `${name}`, as Go expands them: a name goes on as far as it can, and one that is not there is nothing. */
function replaceAll(pattern: string, replacement: string, subject: string): string {
  return subject.replace(search(pattern), (...found: unknown[]) => {
    const named = found.at(-1)
    const groups =
      typeof named === 'object' && named !== null ? new Map(Object.entries(named)) : new Map<string, unknown>()
    return replacement.replace(
      /\$(?:(\$)|\{(\w+)\}|(\w+))/g,
      (_all, dollar?: string, braced?: string, bare?: string) => {
        if (dollar !== undefined) return '$'
        const name = braced ?? bare ?? ''
        const group = /^\d+$/.test(name) ? found[Number(name)] : groups.get(name)
        return typeof group === 'string' ? group : ''
      },
    )
  })
}

function compare(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN
  throw new ExpandFailure(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`)
}

function isEqual(a: Value, b: Value): boolean {
  if (a === null || b === null || a === undefined || b === undefined) return (a ?? null) === (b ?? null)
  return typeof a === 'boolean' && typeof b === 'boolean' ? a === b : compare(a, b) === 0
}

export function isTrue(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof Map) return value.size > 0
  if (typeof value === 'number') return value !== 0
  return Boolean(value)
}

function lengthOf(value: Value): bigint {
  if (typeof value === 'string') return BigInt(Buffer.byteLength(value))
  if (Array.isArray(value)) return BigInt(value.length)
  if (value instanceof Map) return BigInt(value.size)
  throw new ExpandFailure(`len of type ${typeName(value)}`)
}

function indexed(args: readonly Value[]): Value {
  let [value] = args
  for (const key of args.slice(1)) {
    if (value instanceof Map) value = value.get(text(key)) ?? ''
    else if (Array.isArray(value) && typeof key === 'bigint') {
      if (key < 0n || key >= BigInt(value.length)) throw new ExpandFailure(`index out of range: ${key}`)
      value = value[Number(key)]
    } else throw new ExpandFailure(`cannot index ${typeName(value)} with ${typeName(key)}`)
  }
  return value
}

function sliced([value, from, to]: readonly Value[]): Value {
  const start = from === undefined ? 0 : Number(from)
  if (typeof value !== 'string' && !Array.isArray(value)) throw new ExpandFailure(`cannot slice ${typeName(value)}`)
  const end = to === undefined ? value.length : Number(to)
  if (!(start >= 0 && start <= end && end <= value.length))
    throw new ExpandFailure(`index out of range: ${start}:${end}`)
  return value.slice(start, end)
}

/** Blanks stand between two values of which neither is a text. */
const printed = (args: readonly Value[]): string =>
  args.reduce<string>((all, value, i) => {
    const isApart = i > 0 && typeof value !== 'string' && typeof args[i - 1] !== 'string'
    return `${all}${isApart ? ' ' : ''}${printValue(value)}`
  }, '')

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }

const queryEscaped = (value: string): string =>
  encodeURIComponent(value)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')

function withoutPort(address: string): string {
  const found = /^(?:\[([^\]]*)\]|([^:]*)):[^:]*$/.exec(address)
  return found?.[1] ?? found?.[2] ?? address
}

function withoutDomain(address: string): string {
  const host = withoutPort(address)
  if (isIP(host) !== 0) return address
  return (host.split('.')[0] ?? '') + (host === address ? '' : `:${address.slice(address.lastIndexOf(':') + 1)}`)
}

function durationSeconds(duration: string): number {
  const ms = parseDurationMs(duration)
  if (typeof ms !== 'number') throw new ExpandFailure(ms.error)
  return ms / 1000
}

type Entry = { readonly least: number; readonly most: number; readonly call: TemplateFunction }
const takes = (least: number, call: TemplateFunction, most = least): Entry => ({ least, most, call })
const ofFigure = (print: (value: number) => Value): Entry => takes(1, ([value]) => print(figure(value)))
const ofText = (change: (value: string) => Value): Entry => takes(1, (args) => change(textAt(args, 0)))

/** All there are, Prometheus' own first and then those of Go's templates. `and` and `or` are here for their names alone. */
const functions: Readonly<Record<string, Entry>> = {
  query: takes(1, (args, context) => context.query(textAt(args, 0))),
  first: takes(1, ([value]) => {
    const [first] = samples(value)
    if (first === undefined) throw new ExpandFailure('first() called on vector with no elements')
    return first
  }),
  label: takes(2, ([name, value]) => sample(value).labels.get(text(name)) ?? ''),
  value: takes(1, ([value]) => sample(value).value),
  strvalue: takes(1, ([value]) => sample(value).labels.get('__value__') ?? ''),
  sortByLabel: takes(2, ([name, value]) => {
    const by = text(name)
    return samples(value).toSorted((a, b) => compare(a.labels.get(by) ?? '', b.labels.get(by) ?? ''))
  }),
  args: takes(0, (args) => new Map(args.map((value, i) => [`arg${i}`, value])), Infinity),
  humanize: ofFigure(humanize),
  humanize1024: ofFigure(humanize1024),
  humanizeDuration: ofFigure(humanizeDuration),
  humanizePercentage: ofFigure(humanizePercentage),
  humanizeTimestamp: ofFigure(humanizeTimestamp),
  toTime: ofFigure(timeOfSeconds),
  now: takes(0, (_args, { nowMs }) => nowMs / 1000),
  parseDuration: ofText(durationSeconds),
  match: takes(2, (args) => search(textAt(args, 0)).test(textAt(args, 1))),
  reReplaceAll: takes(3, (args) => replaceAll(textAt(args, 0), textAt(args, 1), textAt(args, 2))),
  title: ofText((value) => value.replace(/(?<![\p{L}\p{N}_'])\p{L}/gu, (letter) => letter.toUpperCase())),
  toUpper: ofText((value) => value.toUpperCase()),
  toLower: ofText((value) => value.toLowerCase()),
  stripPort: ofText(withoutPort),
  stripDomain: ofText(withoutDomain),
  urlQueryEscape: ofText(queryEscaped),
  graphLink: ofText((value) => `/graph?g0.expr=${queryEscaped(value)}&g0.tab=0`),
  tableLink: ofText((value) => `/graph?g0.expr=${queryEscaped(value)}&g0.tab=1`),
  safeHtml: ofText((value) => value),
  externalURL: takes(0, (_args, { externalUrl }) => externalUrl),
  pathPrefix: takes(0, (_args, { externalUrl }) =>
    URL.canParse(externalUrl) ? new URL(externalUrl).pathname.replace(/\/$/, '') : '',
  ),
  printf: takes(1, ([format, ...values]) => formatText(text(format), values), Infinity),
  print: takes(0, printed, Infinity),
  println: takes(0, (args) => `${args.map(printValue).join(' ')}\n`, Infinity),
  len: takes(1, ([value]) => lengthOf(value)),
  index: takes(1, indexed, Infinity),
  slice: takes(1, sliced, 3),
  html: takes(1, (args) => printed(args).replace(/[&<>"']/g, (c) => escapes[c] ?? c), Infinity),
  urlquery: takes(1, (args) => queryEscaped(printed(args)), Infinity),
  not: takes(1, ([value]) => !isTrue(value)),
  and: takes(1, (args) => args.find((value) => !isTrue(value)) ?? args.at(-1), Infinity),
  or: takes(1, (args) => args.find(isTrue) ?? args.at(-1), Infinity),
  eq: takes(2, ([value, ...others]) => others.some((other) => isEqual(value, other)), Infinity),
  ne: takes(2, ([a, b]) => !isEqual(a, b)),
  lt: takes(2, ([a, b]) => compare(a, b) < 0),
  le: takes(2, ([a, b]) => compare(a, b) <= 0),
  gt: takes(2, ([a, b]) => compare(a, b) > 0),
  ge: takes(2, ([a, b]) => compare(a, b) >= 0),
}

export const functionNames: ReadonlySet<string> = new Set(Object.keys(functions))

export function callFunction(name: string, args: readonly Value[], context: FunctionContext): Value {
  const found = functions[name]
  if (found === undefined) throw new Error(`the parser lets no function "${name}" through`)
  if (args.length < found.least || args.length > found.most) {
    const wanted = found.most === found.least ? `${found.least}` : `at least ${found.least}`
    throw new ExpandFailure(`wrong number of args for ${name}: want ${wanted} got ${args.length}`)
  }
  return found.call(args, context)
}
