import { addHistograms } from '../evaluate/histogram/add.ts'
import { customSchema, emptyHistogram, type Histogram, type ResetHint } from '../evaluate/histogram/histogram.ts'
import { type Label, type Labels, labelsFrom } from '../evaluate/labels.ts'
import { parseNumber, quote, unquote } from '../parse/literals.ts'

/**
 * A series as the test language writes it: `name{label="value"} POINTS`. Points, divided by blanks:
 *
 *   1  -2.5  Inf  NaN     a value                a+bxn   a and n more, each b further; a-bxn likewise
 *   axn                   a, n+1 times           _  _xn  no sample, n of them
 *   stale                 a staleness marker     {{...}} a native histogram, repeated and added in the same ways
 */
export type ScriptPoint =
  | { readonly kind: 'none' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'float'; readonly value: number }
  /** `hintGiven`: the counter reset hint is written and so to be compared. */
  | { readonly kind: 'histogram'; readonly histogram: Histogram; readonly hintGiven: boolean }

export type ScriptSeries = { readonly labels: Labels; readonly points: readonly ScriptPoint[] }

/** Why a line of a script cannot be read. */
export class ScriptFailure extends Error {}

const stringPattern = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/.source
const labelPattern = new RegExp(
  `\\s*(?:([a-zA-Z_][a-zA-Z0-9_]*)\\s*=\\s*(${stringPattern})|(${stringPattern})(?:\\s*=\\s*(${stringPattern}))?)\\s*(,|\\})`,
  'y',
)

/** The labels at the start of a line, and what follows them. */
export function readLabels(line: string): { labels: Labels; rest: string } {
  const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0] ?? ''
  const pairs: Label[] = name === '' ? [] : [['__name__', name]]
  let at = name.length
  const brace = /^\s*\{(?!\{)/.exec(line.slice(at))
  if (brace !== null) {
    at += brace[0].length
    const empty = /^\s*\}/.exec(line.slice(at))
    if (empty !== null) at += empty[0].length
    else
      for (;;) {
        labelPattern.lastIndex = at
        const part = labelPattern.exec(line)
        if (part === null) throw new ScriptFailure(`cannot read labels in ${quote(line)}`)
        const [whole, plain, value, quoted, quotedValue, end] = part
        at += whole.length
        if (plain !== undefined) pairs.push([plain, unquote(value ?? '')])
        else if (quotedValue !== undefined) pairs.push([unquote(quoted ?? ''), unquote(quotedValue)])
        else pairs.push(['__name__', unquote(quoted ?? '')])
        const closing = /^\s*\}/.exec(line.slice(at))
        if (end === '}') break
        if (closing !== null) {
          at += closing[0].length
          break
        }
      }
  }
  return { labels: labelsFrom(pairs), rest: line.slice(at).trim() }
}

export function readSeries(line: string): ScriptSeries {
  const { labels, rest } = readLabels(line)
  return { labels, points: readPoints(rest) }
}

export function readPoints(text: string): readonly ScriptPoint[] {
  const points: ScriptPoint[] = []
  const item = /(\{\{[^}]*\}\}(?:[+-]\{\{[^}]*\}\})?(?:x\d+)?|\S+)\s*/y
  let at = 0
  while (at < text.length) {
    item.lastIndex = at
    const found = item.exec(text)
    if (found === null) throw new ScriptFailure(`cannot read points in ${quote(text)}`)
    at += found[0].length
    for (const point of readItem(found[1] ?? '')) points.push(point)
  }
  return points
}

const numberText = '(?:[0-9]+\\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\\.[0-9]+(?:[eE][+-]?[0-9]+)?|[iI]nf|[nN]a[nN])'
const floatItem = new RegExp(`^([+-]?${numberText})(?:([+-]${numberText}))?(?:x(\\d+))?$`)

function readItem(text: string): readonly ScriptPoint[] {
  const gap = /^_(?:x(\d+))?$/.exec(text)
  if (gap !== null) return new Array<ScriptPoint>(Number(gap[1] ?? 1)).fill({ kind: 'none' })
  const stale = /^stale(?:x(\d+))?$/.exec(text)
  if (stale !== null) return new Array<ScriptPoint>(Number(stale[1] ?? 0) + 1).fill({ kind: 'stale' })
  if (text.startsWith('{{')) return readHistograms(text)
  const float = floatItem.exec(text)
  if (float === null) throw new ScriptFailure(`cannot read the point ${quote(text)}`)
  const [, firstText = '', stepText, timesText] = float
  let value = parseNumber(firstText) ?? Number.NaN
  const step = stepText === undefined ? 0 : (parseNumber(stepText) ?? Number.NaN)
  if (stepText !== undefined && timesText === undefined)
    throw new ScriptFailure(`${quote(text)} says no number of points`)
  const points: ScriptPoint[] = []
  for (let i = 0; i <= Number(timesText ?? 0); i++) {
    points.push({ kind: 'float', value })
    value += step
  }
  return points
}

function readHistograms(text: string): readonly ScriptPoint[] {
  const parts = /^(\{\{[^}]*\}\})(?:([+-])(\{\{[^}]*\}\}))?(?:x(\d+))?$/.exec(text)
  if (parts === null) throw new ScriptFailure(`cannot read the histogram ${quote(text)}`)
  const [, firstText = '', sign, stepText, timesText] = parts
  const { histogram: first, hintGiven } = readHistogram(firstText)
  const step = stepText === undefined ? undefined : readHistogram(stepText).histogram
  const points: ScriptPoint[] = [{ kind: 'histogram', histogram: first, hintGiven }]
  let histogram = first
  for (let i = 0; i < Number(timesText ?? 0); i++) {
    if (step !== undefined) {
      if (histogram.schema > step.schema)
        throw new ScriptFailure(`cannot add a histogram of schema ${step.schema} to one of ${histogram.schema}`)
      const added = addHistograms(histogram, step, sign === '-' ? -1 : 1)
      if (added === undefined) throw new ScriptFailure(`cannot add the histograms of ${quote(text)}`)
      histogram = added.histogram
    }
    points.push({ kind: 'histogram', histogram, hintGiven })
  }
  return points
}

const hints: ReadonlyMap<string, ResetHint> = new Map([
  ['unknown', 'unknown'],
  ['reset', 'reset'],
  ['not_reset', 'not-reset'],
  ['gauge', 'gauge'],
])

function readHistogram(text: string): { histogram: Histogram; hintGiven: boolean } {
  const entries = new Map<string, string>()
  const body = text.slice(2, -2).trim()
  const entry = /([a-z_]+):(\[[^\]]*\]|[^\s[\]]+)\s*/y
  let at = 0
  while (at < body.length) {
    entry.lastIndex = at
    const found = entry.exec(body)
    if (found === null) throw new ScriptFailure(`cannot read the histogram ${quote(text)}`)
    at += found[0].length
    entries.set(found[1] ?? '', found[2] ?? '')
  }
  const number = (name: string): number => {
    const value = entries.get(name)
    const parsed = value === undefined ? 0 : parseNumber(value)
    if (parsed === undefined) throw new ScriptFailure(`${name} of ${quote(text)} is no number`)
    return parsed
  }
  const list = (name: string): readonly number[] =>
    (entries.get(name) ?? '[]')
      .slice(1, -1)
      .trim()
      .split(/\s+/)
      .filter(Boolean)
      .map((each) => parseNumber(each) ?? Number.NaN)
  const side = (name: string, offset: string): Histogram['positive'] => {
    const counts = list(name)
    return { indexes: counts.map((_, i) => number(offset) + i), counts }
  }
  const hintText = entries.get('counter_reset_hint')
  const hint = hints.get(hintText ?? 'unknown')
  if (hint === undefined) throw new ScriptFailure(`unknown counter_reset_hint in ${quote(text)}`)
  const schema = number('schema')
  const histogram: Histogram = {
    ...emptyHistogram,
    hint,
    schema,
    zeroThreshold: number('z_bucket_w'),
    zeroCount: number('z_bucket'),
    count: number('count'),
    sum: number('sum'),
    positive: side('buckets', 'offset'),
    negative: side('n_buckets', 'n_offset'),
    customValues: schema === customSchema ? list('custom_values') : [],
  }
  return { histogram, hintGiven: hintText !== undefined }
}
