import type { Call, Expression, LabelMatcher, VectorSelector } from '../parse/ast.ts'
import { childrenOf } from '../parse/ast.ts'
import { compileMatcher, type MatchValue } from '../parse/matcher.ts'
import { type Evaluation, QueryFailure, SeriesCollector } from './evaluation.ts'
import { floatPoint, type Grid, type GridSeries, pointAt } from './grid.ts'
import {
  keepLabels,
  type Label,
  type Labels,
  labelsFrom,
  labelsText,
  labelValue,
  metricName,
  metricNameLabel,
  setLabels,
} from './labels.ts'
import { selectInfo } from './select.ts'
import { momentsOf } from './timing.ts'

/**
 * `info(v, {data labels})`: the labels of the info series (`target_info` unless said) that describes the same instance
 * and job, added to each series of `v`. Of several info series the one with the newest sample counts.
 */
const identifyingLabels = ['instance', 'job']

export async function evaluateInfo(
  call: Call,
  base: readonly GridSeries[],
  grid: Grid,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  const [vector, selector] = call.args
  const matchers = selector?.kind === 'vector-selector' ? selector.matchers : []
  const nameMatchers = infoNames(matchers.filter(({ name }) => name === metricNameLabel))
  const dataMatchers = matchers.filter(({ name }) => name !== metricNameLabel)
  const isInfo = matchAll(nameMatchers.length > 0 ? nameMatchers : [targetInfo])
  const ignored = new Set(base.filter(({ labels }) => isInfo(metricName(labels))).map(({ labels }) => labels.key))
  const infos = await infoSeries(vector, base, ignored, { nameMatchers, dataMatchers }, grid, evaluation)
  return new Enricher(infos, ignored, dataMatchers).all(base, grid)
}

/** Where it is only said which metrics are not meant, the others are those that are named as info metrics are. */
const infoNames = (matchers: readonly LabelMatcher[]): readonly LabelMatcher[] =>
  matchers.length > 0 && matchers.every(({ operator }) => operator.startsWith('!'))
    ? [...matchers, { name: metricNameLabel, operator: '=~', value: '.+_info' }]
    : matchers

const targetInfo: LabelMatcher = { name: metricNameLabel, operator: '=', value: 'target_info' }

function matchAll(matchers: readonly LabelMatcher[]): MatchValue {
  const compiled = matchers.map(compiledMatcher)
  return (value) => compiled.every((matches) => matches(value))
}

function compiledMatcher(matcher: LabelMatcher): MatchValue {
  const compiled = compileMatcher(matcher)
  if (typeof compiled === 'object') throw new QueryFailure('bad-query', compiled.error)
  return compiled
}

type Wanted = { readonly nameMatchers: readonly LabelMatcher[]; readonly dataMatchers: readonly LabelMatcher[] }

async function infoSeries(
  vector: Expression | undefined,
  base: readonly GridSeries[],
  ignored: ReadonlySet<string>,
  { nameMatchers, dataMatchers }: Wanted,
  grid: Grid,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  const identifying: LabelMatcher[] = []
  for (const name of identifyingLabels) {
    const values = new Set(
      base.filter(({ labels }) => !ignored.has(labels.key)).map(({ labels }) => labelValue(labels, name)),
    )
    values.delete('')
    if (values.size > 0) identifying.push({ name, operator: '=~', value: [...values].map(quoteRegex).join('|') })
  }
  if (identifying.length === 0) return []
  const names = nameMatchers.length > 0 ? nameMatchers : [targetInfo]
  const first = vector === undefined ? undefined : firstSelector(vector)
  const moments = momentsOf({ at: first?.at, offset: first?.offset }, grid, evaluation.query)
  return selectInfo([...names, ...identifying, ...dataMatchers], moments, grid, evaluation)
}

const quoteRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** Info series are looked for where the first selector of `v` looks. */
function firstSelector(expression: Expression): VectorSelector | undefined {
  if (expression.kind === 'vector-selector') return expression
  for (const child of childrenOf(expression)) {
    const found = firstSelector(child)
    if (found !== undefined) return found
  }
  return undefined
}

class Enricher {
  private readonly infos: readonly GridSeries[]
  private readonly ignored: ReadonlySet<string>
  private readonly dataMatchers: readonly LabelMatcher[]
  private readonly names: readonly string[]
  private readonly mayBeMissing: boolean

  constructor(infos: readonly GridSeries[], ignored: ReadonlySet<string>, dataMatchers: readonly LabelMatcher[]) {
    this.infos = infos
    this.ignored = ignored
    this.dataMatchers = dataMatchers
    this.names = [...new Set(infos.map(({ labels }) => metricName(labels)))]
    this.mayBeMissing = dataMatchers.every((matcher) => compiledMatcher(matcher)(''))
  }

  all(base: readonly GridSeries[], grid: Grid): readonly GridSeries[] {
    const collector = new SeriesCollector(grid)
    for (let step = 0; step < grid.steps; step++) {
      const current = this.currentAt(step)
      for (const series of base) {
        const value = pointAt(series, step)
        if (value === undefined) continue
        const labels = this.ignored.has(series.labels.key) ? series.labels : this.enriched(series.labels, current)
        // The name of the metric stays, though it was to be taken off at the end: so Prometheus has it.
        if (labels !== undefined) collector.set(step, labels, false, value)
      }
    }
    return collector.series
  }

  /** The newest info series of each name and instance. */
  private currentAt(step: number): ReadonlyMap<string, GridSeries> {
    const current = new Map<string, GridSeries>()
    for (const series of this.infos) {
      if (series.present[step] !== floatPoint) continue
      const key = signature(metricName(series.labels), series.labels)
      const known = current.get(key)
      if (known === undefined) current.set(key, series)
      else {
        const [knownMs, timeMs] = [known.values[step] ?? 0, series.values[step] ?? 0]
        if (knownMs === timeMs)
          throw new QueryFailure(
            'bad-query',
            `found duplicate series for info metric: existing ${labelsText(known.labels)} @ ${knownMs}, ` +
              `new ${labelsText(series.labels)} @ ${timeMs}`,
          )
        if (timeMs > knownMs) current.set(key, series)
      }
    }
    return current
  }

  /** Undefined when the series is asked to have data labels and no info series has them. */
  private enriched(labels: Labels, current: ReadonlyMap<string, GridSeries>): Labels | undefined {
    const added = new Map<string, string>()
    let found = false
    for (const name of this.names) {
      const info = current.get(signature(name, labels))
      if (info === undefined) continue
      found = true
      for (const [label, value] of info.labels.pairs) if (this.isWanted(label)) addLabel(added, labels, label, value)
    }
    if (!found && !this.mayBeMissing) return undefined
    return added.size === 0 ? labels : setLabels(labels, added)
  }

  private isWanted(label: string): boolean {
    if (label === metricNameLabel) return false
    return this.dataMatchers.length === 0 || this.dataMatchers.some(({ name }) => name === label)
  }
}

function addLabel(added: Map<string, string>, base: Labels, label: string, value: string): void {
  const known = added.get(label)
  if (known !== undefined && known !== value) throw new QueryFailure('bad-query', `conflicting label: ${label}`)
  if (labelValue(base, label) === '') added.set(label, value)
}

function signature(name: string, labels: Labels): string {
  const pairs: readonly Label[] = keepLabels(labels, identifyingLabels).pairs
  return labelsFrom([...pairs, [metricNameLabel, name]]).key
}
