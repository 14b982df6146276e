import { annotationSentence } from '../evaluate/annotations.ts'
import { compactHistogram, customSchema, type Histogram, sameNumbers } from '../evaluate/histogram/histogram.ts'
import { printHistogramNotation } from '../evaluate/histogram/print.ts'
import { labelsText } from '../evaluate/labels.ts'
import type { PointSeries, QueryAnswer, QueryError, QueryValue, Sample } from '../evaluate/query.ts'
import { printNumber } from '../parse/literals.ts'
import type { Eval, ExpectedSeries, ExpectedText, TimeRange } from './read-script.ts'
import type { ScriptPoint } from './series-notation.ts'

/** What an answer has that was not expected, or lacks; empty when it is as expected. */
export function compareAnswer(expected: Eval, answer: QueryAnswer | QueryError): string {
  if (answer.kind === 'query-error') {
    if (expected.fail === undefined) return `failed: ${answer.message}`
    return matches(expected.fail, answer.message) ? '' : `failed otherwise: ${answer.message}`
  }
  if (expected.fail !== undefined) return 'was expected to fail and did not'
  return compareAnnotations(expected, answer) || compareValue(expected, answer.value)
}

function matches(expected: ExpectedText, text: string): boolean {
  if ('any' in expected) return true
  return 'text' in expected ? expected.text === text : expected.pattern.test(text)
}

function compareAnnotations(expected: Eval, answer: QueryAnswer): string {
  const check = (kind: 'warning' | 'info', wanted: readonly ExpectedText[], none: boolean): string => {
    const texts = answer.annotations.filter((each) => each.kind === kind)
    const shown = texts.map((each) => annotationSentence(each, expected.query)).join('; ')
    if (none && texts.length > 0) return `unexpected ${kind}: ${shown}`
    if (wanted.length === 0) return ''
    for (const each of wanted)
      if (!texts.some(({ text }) => matches(each, text))) return `lacks an expected ${kind}; has: ${shown}`
    const extra = texts.find(({ text }) => !wanted.some((each) => matches(each, text)))
    return extra === undefined ? '' : `unexpected ${kind}: ${annotationSentence(extra, expected.query)}`
  }
  return check('warning', expected.warnings, expected.noWarnings) || check('info', expected.infos, expected.noInfos)
}

function compareValue(expected: Eval, value: QueryValue): string {
  switch (value.kind) {
    case 'string':
      return value.value === (expected.text ?? '') ? '' : `is the string ${value.value}`
    case 'scalar':
      if (expected.scalar === undefined) return `is the scalar ${printNumber(value.value)}`
      return isClose(expected.scalar, value.value) ? '' : `is ${printNumber(value.value)}`
    case 'vector':
      return compareVector(expected, value.samples)
    case 'matrix':
      return compareMatrix(expected.series, value.series, expected.range ?? expected.rangeVector)
  }
}

function compareVector(expected: Eval, samples: readonly Sample[]): string {
  if (expected.scalar !== undefined) return 'is a vector'
  const wanted = new Map(expected.series.map((series, position) => [series.labels.key, { series, position }]))
  for (const [position, sample] of samples.entries()) {
    const found = wanted.get(sample.labels.key)
    const got = sample.histogram ?? sample.value
    if (found === undefined) return `has ${labelsText(sample.labels)} ${show(got)}`
    if (expected.ordered && found.position !== position)
      return `has ${labelsText(sample.labels)} at place ${position + 1}`
    const [point] = found.series.points
    if (point === undefined || !samePoint(point, got)) return `${labelsText(sample.labels)} is ${show(got)}`
    wanted.delete(sample.labels.key)
  }
  for (const { series } of wanted.values()) return `lacks ${labelsText(series.labels)}`
  return ''
}

function compareMatrix(
  expected: readonly ExpectedSeries[],
  series: readonly PointSeries[],
  range: TimeRange | undefined,
): string {
  if (range === undefined) return 'is a range vector'
  const wanted = new Map(expected.map((each) => [each.labels.key, each]))
  for (const each of series) {
    const name = labelsText(each.labels)
    const found = wanted.get(each.labels.key)
    const got = new Map(Array.from(each.timesMs, (timeMs, i) => [timeMs, each.histograms?.[i] ?? each.values[i] ?? 0]))
    const shown = [...got].map(([timeMs, value]) => `${show(value)}@${timeMs / 1000}s`).join(' ')
    if (found === undefined) return `has ${name} ${shown}`
    for (const [i, point] of found.points.entries()) {
      const timeMs = range.startMs + i * range.stepMs
      const value = got.get(timeMs)
      got.delete(timeMs)
      if (point.kind === 'none' ? value !== undefined : value === undefined || !samePoint(point, value))
        return `${name} at ${timeMs / 1000}s is ${value === undefined ? 'missing' : show(value)}; all: ${shown}`
    }
    for (const [timeMs, value] of got) return `${name} has ${show(value)} at ${timeMs / 1000}s`
    wanted.delete(each.labels.key)
  }
  for (const { labels, points } of wanted.values())
    if (points.some(({ kind }) => kind !== 'none')) return `lacks ${labelsText(labels)}`
  return ''
}

const show = (value: number | Histogram): string =>
  typeof value === 'number' ? printNumber(value) : printHistogramNotation(value)

const tolerance = 1e-6

/** Within a relative 1e-6, as Prometheus' own tests compare. */
function isClose(a: number, b: number): boolean {
  if (Number.isNaN(a) && Number.isNaN(b)) return true
  if (a === b) return true
  const difference = Math.abs(a - b)
  const size = Math.abs(a) + Math.abs(b)
  const least = 2.2250738585072014e-308
  if (a === 0 || b === 0 || size < least) return difference < tolerance * least
  return difference / Math.min(size, Number.MAX_VALUE) < tolerance
}

function samePoint(expected: ScriptPoint, got: number | Histogram): boolean {
  if (expected.kind === 'float') return typeof got === 'number' && isClose(expected.value, got)
  if (expected.kind !== 'histogram' || typeof got === 'number') return false
  return sameHistogram(expected.histogram, got) && (!expected.hintGiven || expected.histogram.hint === got.hint)
}

function sameHistogram(expected: Histogram, got: Histogram): boolean {
  const a = compactHistogram(expected)
  const b = compactHistogram(got)
  const close = (x: readonly number[], y: readonly number[]): boolean =>
    x.length === y.length && x.every((value, i) => isClose(value, y[i] ?? Number.NaN))
  return (
    a.schema === b.schema &&
    a.zeroThreshold === b.zeroThreshold &&
    (a.schema !== customSchema || sameNumbers(a.customValues, b.customValues)) &&
    close([a.count, a.sum, a.zeroCount], [b.count, b.sum, b.zeroCount]) &&
    sameNumbers(a.positive.indexes, b.positive.indexes) &&
    sameNumbers(a.negative.indexes, b.negative.indexes) &&
    close(a.positive.counts, b.positive.counts) &&
    close(a.negative.counts, b.negative.counts)
  )
}
