import type { PrometheusPoint, PrometheusResult } from '@wakeline/protocol'
import { visible } from './paint.ts'
import { type Column, printTable } from './print-table.ts'

const ticks = '▁▂▃▄▅▆▇█'

/** What PromQL answered: a value a series, or for a range its first, least, greatest and last with a drawn line. */
export function printPromql(answer: PrometheusResult, width?: number): string {
  if (answer.resultType === 'matrix') {
    const rows = answer.result.map(({ metric, values = [], histograms = [] }) => [
      ...(values.length > 0 ? summary(values) : [`${histograms.length} histograms`, '', '', '']),
      printMetric(metric),
    ])
    return table(['line', 'min', 'max', 'last'], rows, width)
  }
  if (answer.resultType === 'vector') {
    const rows = answer.result.map(({ metric, value, histogram }) => [
      value?.[1] ?? JSON.stringify(histogram),
      printMetric(metric),
    ])
    return table(['value'], rows, width)
  }
  return visible(answer.result[1])
}

/** Numbers under these names, then the series. */
function table(names: readonly string[], rows: readonly (readonly string[])[], width: number | undefined): string {
  if (rows.length === 0) return 'No series.'
  const columns = names.map((name): Column => ({ name, align: name === 'line' ? 'left' : 'right' }))
  return printTable([...columns, { name: 'series', align: 'left' }], rows, width)
}

/** `http_requests_total{job="shop"}` */
function printMetric({ __name__: name = '', ...labels }: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  return pairs.length === 0 && name !== '' ? name : `${name}{${pairs.join(', ')}}`
}

function summary(values: readonly PrometheusPoint[]): [line: string, min: string, max: string, last: string] {
  const numbers = values.map(([, text]) => Number(text))
  const finite = numbers.filter(Number.isFinite)
  const [min, max] = [least(finite), -least(finite.map((value) => -value))]
  return [drawLine(numbers), printShort(min), printShort(max), printShort(numbers.at(-1) ?? Number.NaN)]
}

/** Values as a line of 40 ticks at most; blanks where there is none. */
export function drawLine(numbers: readonly number[]): string {
  const finite = numbers.filter(Number.isFinite)
  const [min, max] = [least(finite), -least(finite.map((value) => -value))]
  const tick = (value: number) => ticks[max === min ? 0 : Math.round(((value - min) / (max - min)) * 7)] ?? ' '
  const line = thin(numbers, 40).map((value) => (Number.isFinite(value) ? tick(value) : ' '))
  return line.join('')
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
}

/** So many of the values at most, evenly chosen. */
function thin(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [...values]
  return Array.from({ length: most }, (_, i) => values[Math.floor((i * values.length) / most)] ?? Number.NaN)
}

/** Whole numbers as they are, others with five digits. */
export function printShort(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)))
}
