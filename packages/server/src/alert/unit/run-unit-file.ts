import { compactHistogram, equalHistograms, type Histogram } from '../../query/promql/evaluate/histogram/histogram.ts'
import { printHistogramNotation } from '../../query/promql/evaluate/histogram/print.ts'
import { compareLabels, Labels, labelsText } from '../../query/promql/evaluate/labels.ts'
import { defaultEvaluateOptions } from '../../query/promql/evaluate/options.ts'
import { type QueryValue, runInstantQuery } from '../../query/promql/evaluate/query.ts'
import { parseExpression } from '../../query/promql/parse/parse.ts'
import { type MemorySample, MemorySource } from '../../query/promql/script/memory-source.ts'
import type { ScriptPoint } from '../../query/promql/script/series-notation.ts'
import type { SearchAsk } from '../ask-search.ts'
import type { Ask, RuleSample } from '../evaluate-rule.ts'
import type { RuleGroup } from '../rule-file.ts'
import { RunningGroup } from '../running-group.ts'
import { printValue } from '../template/go-format.ts'
import type { AlertTest, ExpressionTest, UnitFile, UnitTest } from './read-unit-file.ts'
import { searchOf } from './search-answers.ts'

/** What rules did not do that a file of tests expects of them: a sentence each, with its line; none when all is as expected. */
export async function runUnitFile(file: UnitFile, groups: readonly RuleGroup[]): Promise<readonly string[]> {
  const problems: string[] = []
  for (const test of file.tests) {
    const name = test.name === '' ? '' : `${test.name}: `
    for (const problem of await new UnitRun(test, file, groups).run()) problems.push(`${name}${problem}`)
  }
  return problems
}

class UnitRun {
  readonly #source = new MemorySource()
  readonly #test: UnitTest
  readonly #file: UnitFile
  readonly #groups: readonly RunningGroup[]
  readonly #problems: string[] = []
  /** Points of the input series that are in the source. */
  #loaded = 0

  constructor(test: UnitTest, file: UnitFile, groups: readonly RuleGroup[]) {
    this.#test = test
    this.#file = file
    const place = ({ name }: RuleGroup): number => file.groupOrder.indexOf(name)
    const ordered = groups.toSorted((a, b) => (place(a) < 0 || place(b) < 0 ? 0 : place(a) - place(b)))
    const world = {
      ask: this.#ask,
      askSearch: async (ask: SearchAsk) => searchOf(this.#test, ask),
      store: async (samples: readonly RuleSample[]) => this.#keep(samples),
      notify: () => {},
      changed: () => {},
      report: () => {},
      externalUrl: test.externalUrl,
      externalLabels: test.externalLabels,
      resendMs: 60_000,
      clockMs: () => 0,
    }
    const usual = { intervalMs: file.evaluationIntervalMs, isRestored: true }
    this.#groups = ordered.map((group) => new RunningGroup(group, world, usual))
  }

  async run(): Promise<readonly string[]> {
    const { alerts, expressions, startMs } = this.#test
    const stepMs = this.#file.evaluationIntervalMs
    const lastMs = Math.max(0, ...[...alerts, ...expressions].map(({ atMs }) => atMs))
    for (let atMs = 0; atMs <= lastMs; atMs += stepMs) {
      this.#loadUntil(atMs)
      for (const group of this.#groups) await group.evaluate(startMs + atMs)
      const failed = this.#groups.flatMap(({ rules }) => rules.filter(({ lastError }) => lastError !== ''))
      for (const { rule, lastError } of failed)
        this.#problems.push(`rule ${rule.name} at ${atMs / 1000}s: ${lastError}`)
      if (failed.length > 0) return this.#problems
      // What is asked between two evaluations is what the one before said.
      for (const test of alerts) if (test.atMs >= atMs && test.atMs < atMs + stepMs) this.#checkAlerts(test)
    }
    this.#loadUntil(lastMs)
    for (const test of expressions) await this.#checkExpression(test)
    return this.#problems
  }

  /** No rule sees a sample that is yet to come. */
  #loadUntil(atMs: number): void {
    const { intervalMs, startMs, series } = this.#test
    const until = Math.floor(atMs / intervalMs)
    for (const { labels, points } of series) {
      const samples = points
        .slice(this.#loaded, until + 1)
        .flatMap((point, i) => sampleOf(point, startMs + (this.#loaded + i) * intervalMs))
      if (samples.length > 0) this.#source.add(labels, samples)
    }
    this.#loaded = Math.max(this.#loaded, until + 1)
  }

  #keep(samples: readonly RuleSample[]): string {
    for (const { labels, timeMs, value, histogram } of samples) {
      if (value === 'stale') this.#source.add(labels, [{ kind: 'stale', timeMs }])
      else if (histogram === undefined) this.#source.add(labels, [{ kind: 'float', timeMs, value, startMs: 0 }])
      else this.#source.add(labels, [{ kind: 'histogram', timeMs, histogram, startMs: 0 }])
    }
    return ''
  }

  #ask: Ask = async ({ expression, timeMs }): Promise<QueryValue | { error: string }> => {
    const options = { ...defaultEvaluateOptions, subqueryStepMs: this.#file.evaluationIntervalMs }
    const input = { expression, source: this.#source, options, nowMs: () => 0, signal: new AbortController().signal }
    const answer = await runInstantQuery(input, timeMs)
    return answer.kind === 'query-error' ? { error: answer.message } : answer.value
  }

  #checkAlerts({ line, atMs, name, expected }: AlertTest): void {
    const firing = this.#groups
      .flatMap(({ rules }) => rules.filter(({ rule }) => rule.kind === 'alert' && rule.name === name))
      .flatMap(({ alerts }) => [...alerts.values()].filter(({ phase }) => phase === 'firing'))
    const show = (alerts: readonly { labels: Labels; annotations: Labels }[]): string =>
      alerts
        .map(({ labels, annotations }) => `${labelsText(labels)} ${labelsText(annotations)}`)
        .sort()
        .join('\n    ')
    const got = show(
      firing.map(({ labels, annotations }) => ({ labels: new Labels(labels), annotations: new Labels(annotations) })),
    )
    const wanted = show(expected)
    if (got === wanted) return
    this.#problems.push(
      `line ${line}: alertname ${name} at ${atMs / 1000}s\n  expected\n    ${wanted || 'none'}\n  got\n    ${got || 'none'}`,
    )
  }

  async #checkExpression({ line, atMs, text, expected }: ExpressionTest): Promise<void> {
    const where = `line ${line}: ${text} at ${atMs / 1000}s`
    const expression = parseExpression(text)
    if (expression.kind === 'parse-error') return void this.#problems.push(`${where}: ${expression.sentence}`)
    const value = await this.#ask({ expression, text, timeMs: this.#test.startMs + atMs })
    if ('error' in value) return void this.#problems.push(`${where}: ${value.error}`)
    const got = samplesOf(value)
    if (got === undefined) return void this.#problems.push(`${where}: it is neither a vector nor a scalar`)
    const sorted = (samples: readonly TestSample[]): TestSample[] =>
      samples.toSorted((a, b) => compareLabels(a.labels, b.labels))
    const [theirs, ours] = [sorted(expected), sorted(got)]
    const isAsExpected =
      theirs.length === ours.length && theirs.every((sample, i) => isSame(sample, ours[i], this.#file.isFuzzy))
    if (!isAsExpected) this.#problems.push(`${where}\n  expected\n    ${show(theirs)}\n  got\n    ${show(ours)}`)
  }
}

type TestSample = { readonly labels: Labels; readonly value: number | Histogram }

function sampleOf(point: ScriptPoint, timeMs: number): readonly MemorySample[] {
  if (point.kind === 'none') return []
  if (point.kind === 'stale') return [{ kind: 'stale', timeMs }]
  if (point.kind === 'float') return [{ kind: 'float', timeMs, value: point.value, startMs: 0 }]
  return [{ kind: 'histogram', timeMs, histogram: point.histogram, startMs: 0 }]
}

function samplesOf(value: QueryValue): readonly TestSample[] | undefined {
  if (value.kind === 'scalar') return [{ labels: new Labels([]), value: value.value }]
  if (value.kind !== 'vector') return undefined
  return value.samples.map(({ labels, value: float, histogram }) => ({ labels, value: histogram ?? float }))
}

function isSame(a: TestSample, b: TestSample | undefined, isFuzzy: boolean): boolean {
  if (b === undefined || a.labels.key !== b.labels.key) return false
  if (typeof a.value === 'number' || typeof b.value === 'number')
    return Object.is(a.value, b.value) || a.value === b.value || (isFuzzy && isClose(a.value, b.value))
  return equalHistograms(compactHistogram(a.value), compactHistogram(b.value)) && a.value.hint === b.value.hint
}

function isClose(a: number | Histogram, b: number | Histogram): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return false
  return Math.abs(a - b) <= 1e-15 * (Math.abs(a) + Math.abs(b))
}

const show = (samples: readonly TestSample[]): string =>
  samples
    .map(
      ({ labels, value }) =>
        `${labelsText(labels)} ${typeof value === 'number' ? printValue(value) : printHistogramNotation(value)}`,
    )
    .join('\n    ') || 'nothing'
