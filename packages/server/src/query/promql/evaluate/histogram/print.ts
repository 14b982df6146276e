import { printNumber, printShort } from '../../parse/literals.ts'
import { bucketsOf, type Histogram, isCustom, zeroBucket } from './histogram.ts'

/** `{count:4, sum:5, [-1,1]:2, (1,2]:2}`: a label value where histograms are counted by value. */
export function printHistogram(histogram: Histogram): string {
  const parts = [`count:${printShort(histogram.count)}`, `sum:${printShort(histogram.sum)}`]
  const bucket = (
    open: string,
    { lower, upper, count }: { lower: number; upper: number; count: number },
    close: string,
  ): void => {
    if (count !== 0) parts.push(`${open}${printShort(lower)},${printShort(upper)}${close}:${printShort(count)}`)
  }
  for (const each of bucketsOf(histogram, 'negative').reverse()) bucket('[', each, ')')
  bucket('[', zeroBucket(histogram), ']')
  for (const each of bucketsOf(histogram, 'positive')) {
    if (isCustom(histogram) && each.lower === -Infinity) bucket('[', each, ']')
    else bucket('(', each, ']')
  }
  return `{${parts.join(', ')}}`
}

/** `{{schema:0 sum:5 count:4 buckets:[1 2 1]}}`, as the test language writes it. */
export function printHistogramNotation(histogram: Histogram): string {
  const parts: string[] = []
  const add = (name: string, value: number): void => {
    if (value !== 0) parts.push(`${name}:${printNumber(value)}`)
  }
  add('schema', histogram.schema)
  add('count', histogram.count)
  add('sum', histogram.sum)
  add('z_bucket', histogram.zeroCount)
  add('z_bucket_w', histogram.zeroThreshold)
  if (histogram.customValues.length > 0)
    parts.push(`custom_values:[${histogram.customValues.map(printNumber).join(' ')}]`)
  const hints = { unknown: '', reset: 'reset', 'not-reset': 'not_reset', gauge: 'gauge' }
  if (histogram.hint !== 'unknown') parts.push(`counter_reset_hint:${hints[histogram.hint]}`)
  const side = (prefix: string, { indexes, counts }: Histogram['positive']): void => {
    const first = indexes[0]
    if (first === undefined) return
    add(`${prefix}offset`, first)
    const last = indexes[indexes.length - 1] ?? first
    const dense = new Array<number>(last - first + 1).fill(0)
    indexes.forEach((index, i) => {
      dense[index - first] = counts[i] ?? 0
    })
    parts.push(`${prefix}buckets:[${dense.map(printNumber).join(' ')}]`)
  }
  side('', histogram.positive)
  side('n_', histogram.negative)
  return `{{${parts.join(' ')}}}`
}
