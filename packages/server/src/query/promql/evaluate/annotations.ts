import type { Position } from '../parse/ast.ts'
import { lineAndColumn } from '../parse/failure.ts'
import { printRounded, printShort, quote } from '../parse/literals.ts'
import type { Forced } from './classic-buckets.ts'

/** What is said beside a result: warnings (the answer may be wrong) and infos (the question may be). */
export type Annotation = {
  readonly kind: 'warning' | 'info'
  readonly text: string
  readonly position: Position
  readonly lifted?: Lifted
}
/** Where counts of buckets were lifted, altogether. */
type Lifted = Forced & { readonly times: number; readonly firstMs: number; readonly lastMs: number }

/** Gathers annotations; each text once, where it came up last, which is the outermost place: as in Prometheus. */
export class Annotations {
  private readonly byText = new Map<string, Annotation>()

  add(annotation: Annotation): void {
    const known = this.byText.get(annotation.text)
    this.byText.set(annotation.text, known === undefined ? annotation : together(known, annotation))
  }

  get all(): readonly Annotation[] {
    return [...this.byText.values()]
  }
}

function together({ lifted: a }: Annotation, later: Annotation): Annotation {
  const { lifted: b } = later
  if (a === undefined || b === undefined) return later
  const lifted: Lifted = {
    from: Math.min(a.from, b.from),
    to: Math.max(a.to, b.to),
    most: Math.max(a.most, b.most),
    times: a.times + b.times,
    firstMs: Math.min(a.firstMs, b.firstMs),
    lastMs: Math.max(a.lastMs, b.lastMs),
  }
  return { ...later, lifted }
}

/** `PromQL warning: ... (1:5)` for people. */
export function annotationSentence({ text, position, lifted }: Annotation, query: string): string {
  const { line, column } = lineAndColumn(query, position.start)
  return `${text}${lifted === undefined ? '' : liftedText(lifted)} (${line}:${column})`
}

function liftedText({ from, to, most, times, firstMs, lastMs }: Lifted): string {
  const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, -5)}Z`
  return (
    `, from buckets ${printShort(from)} to ${printShort(to)}, with a max diff of ${printRounded(most)}, ` +
    `over ${times} samples from ${time(firstMs)} to ${time(lastMs)}`
  )
}

const warning = (text: string, position: Position): Annotation => ({
  kind: 'warning',
  text: `PromQL warning: ${text}`,
  position,
})
const info = (text: string, position: Position): Annotation => ({
  kind: 'info',
  text: `PromQL info: ${text}`,
  position,
})
const forMetric = (name: string): string => (name === '' ? '' : ` for metric name ${quote(name)}`)

export const invalidQuantile = (q: number, position: Position): Annotation =>
  warning(`quantile value should be between 0 and 1, got ${printShort(q)}`, position)
export const invalidRatio = (ratio: number, limit: number, position: Position): Annotation =>
  warning(`ratio value should be between -1 and 1, got ${printShort(ratio)}, capping to ${printShort(limit)}`, position)
export const badBucketLabel = (name: string, le: string, position: Position): Annotation =>
  warning(`bucket label "le" is missing or has a malformed value of ${quote(le)}${forMetric(name)}`, position)
export const mixedFloatsHistograms = (name: string, position: Position): Annotation =>
  warning(`encountered a mix of histograms and floats for metric name ${quote(name)}`, position)
export const mixedInAggregation = (position: Position): Annotation =>
  warning('encountered a mix of histograms and floats for aggregation', position)
export const mixedClassicNative = (name: string, position: Position): Annotation =>
  warning(`vector contains a mix of classic and native histograms${forMetric(name)}`, position)
export const notCounter = (name: string, position: Position): Annotation =>
  warning(`this native histogram metric is not a counter: ${quote(name)}`, position)
export const notGauge = (name: string, position: Position): Annotation =>
  warning(`this native histogram metric is not a gauge: ${quote(name)}`, position)
export const mixedSchemas = (name: string, position: Position): Annotation =>
  warning(
    `vector contains a mix of histograms with exponential and custom buckets schemas for metric name ${quote(name)}`,
    position,
  )
export const incompatibleBuckets = (operator: string, position: Position): Annotation =>
  warning(`incompatible bucket layout encountered for binary operator ${operator}`, position)

export type HistogramOperation = 'addition' | 'subtraction' | 'aggregation'
export const resetCollision = (operation: HistogramOperation, position: Position): Annotation =>
  warning(`conflicting counter resets during histogram ${operation}`, position)
export const boundsReconciled = (operation: HistogramOperation, position: Position): Annotation =>
  info(`mismatched custom buckets were reconciled during ${operation}`, position)

export const possibleNonCounter = (name: string, position: Position): Annotation =>
  info(`metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${quote(name)}`, position)
export const possibleNonCounterType = (name: string, type: string, position: Position): Annotation =>
  info(
    `metric might not be a counter, __type__ label is not set to "counter" or "histogram", got ${quote(type)}: ${quote(name)}`,
    position,
  )
export const sortedOverRange = (position: Position): Annotation =>
  warning('sort is ineffective for range queries since results are always ordered by labels', position)
const monotonicityLink = 'https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile'
export const forcedMonotonicity = (name: string, forced: Forced, timeMs: number, position: Position): Annotation => ({
  ...info(
    `input to histogram_quantile needed to be fixed for monotonicity (see ${monotonicityLink})${forMetric(name)}`,
    position,
  ),
  lifted: { ...forced, times: 1, firstMs: timeMs, lastMs: timeMs },
})
export const incompatibleTypes = (left: string, operator: string, right: string, position: Position): Annotation =>
  info(
    `incompatible sample types encountered for binary operator ${quote(operator)}: ${left} ${operator} ${right}`,
    position,
  )
export const ignoredInAggregation = (operator: string, position: Position): Annotation =>
  info(`ignored histogram in ${operator} aggregation`, position)
export const ignoredInRange = (name: string, position: Position): Annotation =>
  info(`ignored histograms in a range containing both floats and histograms for metric name ${quote(name)}`, position)
export const quantileIsNaN = (name: string, position: Position): Annotation =>
  info(`input to histogram_quantile has NaN observations, result is NaN${forMetric(name)}`, position)
export const quantileIsSkewed = (name: string, position: Position): Annotation =>
  info(`input to histogram_quantile has NaN observations, result is skewed higher${forMetric(name)}`, position)
export const fractionExcludesNaN = (name: string, position: Position): Annotation =>
  info(
    `input to histogram_fraction has NaN observations, which are excluded from all fractions${forMetric(name)}`,
    position,
  )
