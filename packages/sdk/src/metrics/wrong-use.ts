import type { Attributes } from '../public.ts'
import { differsIn } from './metering.ts'
import type { InstrumentShape } from './points.ts'

/** What a program did with metrics that cannot be right. Plain facts: the words are loaded when there is something to say. */
export type WrongUse =
  | { kind: 'value'; name: string; value: number }
  | { kind: 'undeclared'; name: string; key: string; labels: readonly string[] }
  | { kind: 'missing'; name: string; key: string }
  | { kind: 'boundaries'; name: string }
  | { kind: 'shape'; known: InstrumentShape; wanted: InstrumentShape }
  | { kind: 'instruments'; name: string; max: number }
  | { kind: 'overflow'; name: string; max: number; grown: GrownAttribute }
  | { kind: 'observer'; thrown: unknown }

export interface GrownAttribute {
  readonly name: string
  readonly distinct: number
}

export function sentenceOf(use: WrongUse): string {
  switch (use.kind) {
    case 'value': {
      const why = Number.isFinite(use.value) ? 'a counter only grows' : 'it is not a finite number'
      return `Cannot record ${String(use.value)} in metric "${use.name}": ${why}`
    }
    case 'undeclared': {
      const labels = use.labels.join(', ')
      return `Metric "${use.name}" was used with other labels: "${use.key}" is none of its labels (${labels})`
    }
    case 'missing':
      return `Metric "${use.name}" was used with other labels: its label "${use.key}" was not given`
    case 'boundaries':
      return `Cannot use the boundaries of metric "${use.name}": they must be finite and ascending, at most 1,000`
    case 'shape':
      return otherShape(use.known, use.wanted)
    case 'instruments':
      return use.name === ''
        ? 'Cannot export a metric without a name'
        : `Cannot export metric "${use.name}": there are ${use.max} already`
    case 'overflow':
      return (
        `Metric "${use.name}" has more than ${use.max} series: attribute "${use.grown.name}" has ${use.grown.distinct} ` +
        'values. What is new goes to the series otel.metric.overflow=true'
      )
    case 'observer':
      return `Cannot observe a metric: its callback failed with ${String(use.thrown)}`
  }
}

function otherShape(known: InstrumentShape, wanted: InstrumentShape): string {
  const { name, kind } = wanted
  if (known.kind !== kind)
    return `Cannot make ${kind} "${name}": a ${known.kind} has that name. What the new one records is not exported`
  const other = differsIn(known, wanted) ?? 'unit'
  return `Metric "${name}" was made twice, with another ${other}: the first, "${known[other]}", holds`
}

/** The attribute with the most values. */
export function grownAttribute(series: readonly Attributes[]): GrownAttribute {
  const distinct = new Map<string, Set<unknown>>()
  for (const attributes of series) {
    for (const [key, value] of Object.entries(attributes)) {
      distinct.set(key, (distinct.get(key) ?? new Set()).add(value))
    }
  }
  const [name = '', values] = [...distinct].sort((a, b) => b[1].size - a[1].size)[0] ?? []
  return { name, distinct: values?.size ?? 0 }
}
