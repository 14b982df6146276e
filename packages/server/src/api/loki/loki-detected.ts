import { printAttribute } from '@wakeline/protocol'
import { labelOf } from '../../query/logql/label-keys.ts'
import type { LogStreams } from '../../query/logql/logql.ts'

/**
 * What Loki detects in lines: the attributes of records, whose kinds are told by their values as text. Loki's front ends
 * list them to choose from.
 */
export type DetectedValues = ReadonlyMap<string, ReadonlySet<string>>
type DetectedAttribute = { label: string; type: string; cardinality: number; parsers: null }

/** Values of each attribute in these records. */
export function attributeValues({ streams }: LogStreams): DetectedValues {
  const values = new Map<string, Set<string>>()
  for (const { attributes } of streams.flatMap(({ records }) => records)) {
    for (const [key, value] of Object.entries(attributes)) {
      const label = labelOf(key)
      const known = values.get(label) ?? new Set()
      values.set(label, known.add(printAttribute(value)))
    }
  }
  return values
}

export function detectedAttributes(values: DetectedValues): DetectedAttribute[] {
  return [...values]
    .map(([label, texts]) => ({ label, type: typeOf(texts), cardinality: texts.size, parsers: null }))
    .sort((a, b) => (a.label < b.label ? -1 : 1))
}

const types: readonly [type: string, pattern: RegExp][] = [
  ['boolean', /^(true|false)$/i],
  ['int', /^-?\d+$/],
  ['float', /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/],
  ['duration', /^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/],
  ['bytes', /^\d+(\.\d+)?\s?([kKMGTPE]i?)?B$/],
]

function typeOf(texts: ReadonlySet<string>): string {
  return types.find(([, pattern]) => [...texts].every((text) => pattern.test(text)))?.[0] ?? 'string'
}

type Labelled = { labels: Readonly<Record<string, string>> }

/** How many values each label of these streams has. */
export function detectedLabels(streams: readonly Labelled[]): { label: string; cardinality: number }[] {
  return [...labelValues(streams)]
    .map(([label, values]) => ({ label, cardinality: values.size }))
    .sort((a, b) => (a.label < b.label ? -1 : 1))
}

export function labelValues(streams: readonly Labelled[]): DetectedValues {
  const values = new Map<string, Set<string>>()
  for (const { labels } of streams) {
    for (const [label, value] of Object.entries(labels)) values.set(label, (values.get(label) ?? new Set()).add(value))
  }
  return values
}
