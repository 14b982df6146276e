import { withEvenBounds } from './bound-labels.ts'
import { type Dialect, type Exposition, ExpositionError, type Metadata, type MetricType } from './exposition.ts'
import type { ExpositionLine } from './read-line.ts'

/** Takes the lines in order and holds them to the rules that span lines. `add` and `end` throw ExpositionError. */
export type Families = {
  add(line: ExpositionLine): void
  end(): Exposition
}

/**
 * Every sample and all metadata, the first of each kind for a family. The one rule is that of OpenMetrics' end: without
 * it an answer that was cut off would pass for all that a target has, and what is missing for gone.
 */
export function lenientFamilies(dialect: Dialect): Families {
  const exposition: Exposition = { samples: [], metadata: new Map() }
  const ending = dialect === 'openmetrics' ? openMetricsEnd() : undefined
  let type: MetricType | undefined
  return {
    add(line) {
      ending?.add(line)
      if (line.line === 'sample') exposition.samples.push(withEvenBounds(line.sample, type))
      if (line.line !== 'metadata') return
      if (line.keyword === 'TYPE') type = metricType(line.text)
      const metadata = metadataOf(exposition, line.family)
      if (line.keyword === 'HELP') metadata.help ??= unescapeHelp(line.text)
      else if (line.keyword === 'UNIT') metadata.unit ??= line.text
      else metadata.type ??= metricType(line.text) ?? 'unknown'
    },
    end() {
      ending?.end()
      return exposition
    },
  }
}

/** OpenMetrics ends with a line of its own, behind which nothing stands. */
export function openMetricsEnd(): { add(line: ExpositionLine): void; end(): void } {
  let ended = false
  return {
    add(line) {
      if (ended) throw new ExpositionError('nothing may follow "# EOF"')
      ended = line.line === 'end'
    },
    end() {
      if (!ended) throw new ExpositionError('the last line must be "# EOF"')
    },
  }
}

export function metadataOf(exposition: Exposition, family: string): Metadata {
  const known = exposition.metadata.get(family)
  if (known !== undefined) return known
  const metadata: Metadata = {}
  exposition.metadata.set(family, metadata)
  return metadata
}

const types: Readonly<Record<string, MetricType>> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  gaugehistogram: 'gaugehistogram',
  gauge_histogram: 'gaugehistogram',
  summary: 'summary',
  info: 'info',
  stateset: 'stateset',
  unknown: 'unknown',
  untyped: 'unknown',
}

export function metricType(text: string): MetricType | undefined {
  return Object.hasOwn(types, text) ? types[text] : undefined
}

/** What OpenMetrics has no word for. */
export const textOnlyTypes: ReadonlySet<string> = new Set(['untyped', 'gauge_histogram'])

/** In help text only the backslash and the line feed are escaped; any other backslash stands for itself. */
export function unescapeHelp(text: string): string {
  return text.replaceAll(/\\([\\n"])/g, (_, character: string) => (character === 'n' ? '\n' : character))
}

/** A bound such as `le` or `quantile`: a number, NaN excluded. */
export function parseBound(
  value: string | undefined,
  label: string,
  parse: (text: string) => number | undefined,
): number {
  if (value === undefined) throw new ExpositionError(`the label "${label}" is missing`)
  const bound = parse(value)
  if (bound === undefined)
    throw new ExpositionError(`the label "${label}" has the value "${value}", which is not a number`)
  return bound
}
