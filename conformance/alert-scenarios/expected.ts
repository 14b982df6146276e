import type { Line } from './otlp-of-lines.ts'

/** Severities, and `no data`. */
export type Expected = { readonly mustFire: readonly string[]; readonly mayFire: readonly string[] }

/**
 * What a scenario has to make of its data. Upstream expects of every one that it alerts: of those about missing data that there
 * is none, of a rule with one threshold that one, and of more than one those that the data reaches (its test names `info` and
 * `warning` of 10, 20 and 30, the data's most being 25). The latter is looked up here in the lines themselves, and not by the code under test.
 */
export function expectedOf(rule: unknown, lines: readonly Line[]): Expected {
  const condition = field(rule, 'condition')
  if (field(condition, 'alertOnAbsent') === true)
    return { mustFire: ['no data'], mayFire: ['no data', ...severitiesOf(condition)] }
  const severities = severitiesOf(condition)
  if (severities.length < 2) return { mustFire: severities, mayFire: severities }
  const values = lines.map((line) => Number(line['value'])).filter((value) => !Number.isNaN(value))
  const most = Math.max(...values)
  const reached = specsOf(condition).filter(
    (spec) => field(spec, 'op') !== 'above' || Number(field(spec, 'target')) < most,
  )
  const names = reached.map((spec) => String(field(spec, 'name')))
  // Of several the worse come when the data comes to them.
  const soonest = Math.max(...lines.filter(isSoon(lines)).map((line) => Number(line['value'])))
  const inTime = reached
    .filter((spec) => Number(field(spec, 'target')) < soonest)
    .map((spec) => String(field(spec, 'name')))
  return { mustFire: inTime, mayFire: names }
}

/** Of the five minutes before the rule is made. */
function isSoon(lines: readonly Line[]): (line: Line) => boolean {
  const firstMs = Math.min(...lines.map(({ timestamp }) => Date.parse(timestamp)))
  return ({ timestamp }) => Date.parse(timestamp) <= firstMs + 5 * 60_000
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined
}

function specsOf(condition: unknown): readonly unknown[] {
  const specs = field(field(condition, 'thresholds'), 'spec')
  return Array.isArray(specs) ? specs : []
}

const severitiesOf = (condition: unknown): readonly string[] =>
  specsOf(condition).map((spec) => String(field(spec, 'name')))
