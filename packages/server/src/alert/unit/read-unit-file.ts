import { type Mapping, YamlInput } from '../../base/yaml-input.ts'
import type { Histogram } from '../../query/promql/evaluate/histogram/histogram.ts'
import { Labels, labelsFrom, noLabels } from '../../query/promql/evaluate/labels.ts'
import { parseDurationMs, parseNumber } from '../../query/promql/parse/literals.ts'
import { readLabels, readPoints, ScriptFailure, type ScriptPoint } from '../../query/promql/script/series-notation.ts'

import type { SearchAnswer } from './search-answers.ts'

/**
 * A file that says what rules make of given series, in the format of `promtool test rules`:
 *
 *   rule_files: [alerts.yml]
 *   tests:
 *     - interval: 1m
 *       input_series: [{ series: 'up{job="api"}', values: '1 0 0 0' }]
 *       alert_rule_test: [{ eval_time: 3m, alertname: Down, exp_alerts: [{ exp_labels: { job: api } }] }]
 */
export type UnitFile = {
  readonly ruleFiles: readonly string[]
  readonly evaluationIntervalMs: number
  readonly groupOrder: readonly string[]
  /** Values that differ by as little as floats do by the way they are added are the same. */
  readonly isFuzzy: boolean
  readonly tests: readonly UnitTest[]
}

export type UnitTest = {
  readonly name: string
  readonly line: number
  readonly intervalMs: number
  readonly startMs: number
  readonly series: readonly { readonly labels: Labels; readonly points: readonly ScriptPoint[] }[]
  readonly searches: readonly SearchAnswer[]
  readonly alerts: readonly AlertTest[]
  readonly expressions: readonly ExpressionTest[]
  readonly externalLabels: ReadonlyMap<string, string>
  readonly externalUrl: string
}

export type AlertTest = {
  readonly line: number
  readonly atMs: number
  readonly name: string
  readonly expected: readonly { readonly labels: Labels; readonly annotations: Labels }[]
}

export type ExpressionTest = {
  readonly line: number
  readonly atMs: number
  readonly text: string
  readonly expected: readonly { readonly labels: Labels; readonly value: number | Histogram }[]
}

const minuteMs = 60_000

export function readUnitFile(path: string, text: string): UnitFile | { readonly errors: readonly string[] } {
  const input = new YamlInput(path, text, { withColumns: true })
  const given = input.mapping(input.root, 'a file of tests')
  const evaluationIntervalMs = duration(given, 'evaluation_interval', minuteMs) || minuteMs
  const file: UnitFile = {
    ruleFiles: given.texts('rule_files'),
    evaluationIntervalMs,
    groupOrder: given.texts('group_eval_order'),
    isFuzzy: given.boolean('fuzzy_compare', false),
    tests: input.list(given.take('tests'), 'tests').map((node) => readTest(input, node, evaluationIntervalMs)),
  }
  given.end('a file of tests')
  return input.errors.length > 0 ? { errors: input.errors } : file
}

function duration(given: Mapping, name: string, initialMs: number): number {
  const parse = (text: string): number | undefined => {
    const ms = parseDurationMs(text)
    return typeof ms === 'number' ? ms : undefined
  }
  return given.parsed(name, initialMs, parse, 'a time such as 30s or 1m30s')
}

function readTest(input: YamlInput, node: unknown, usualIntervalMs: number): UnitTest {
  const given = input.mapping(node, 'a test')
  const list = <Item>(name: string, read: (node: unknown) => Item): Item[] =>
    input.list(given.take(name), name).map(read)
  const test: UnitTest = {
    name: given.text('name'),
    line: input.line(node),
    intervalMs: duration(given, 'interval', usualIntervalMs) || usualIntervalMs,
    startMs: given.parsed('start_timestamp', 0, parseStart, 'Unix seconds or a date such as 2026-01-31T12:00:00Z'),
    series: list('input_series', (each) => readInput(input, each)),
    searches: list('input_searches', (each) => readSearchAnswer(input, each)),
    alerts: list('alert_rule_test', (each) => readAlertTest(input, each)),
    expressions: list('promql_expr_test', (each) => readExpressionTest(input, each)),
    externalLabels: readMap(input, given.take('external_labels'), 'external_labels'),
    externalUrl: given.text('external_url'),
  }
  given.end('a test')
  return test
}

function parseStart(text: string): number | undefined {
  const seconds = parseNumber(text)
  const ms = seconds === undefined ? Date.parse(text) : seconds * 1000
  return Number.isFinite(ms) ? ms : undefined
}

function readMap(input: YamlInput, node: unknown, what: string): ReadonlyMap<string, string> {
  const entries = input.mapping(node, what)
  return new Map(entries.names().map((name) => [name, entries.text(name)]))
}

function readInput(input: YamlInput, node: unknown): UnitTest['series'][number] {
  const given = input.mapping(node, 'an input series')
  const text = given.text('series')
  const values = given.text('values')
  given.end('an input series')
  return caught(input, node, { labels: noLabels, points: [] }, () => ({
    labels: labelsOf(text),
    points: readPoints(values),
  }))
}

function readSearchAnswer(input: YamlInput, node: unknown): SearchAnswer {
  const given = input.mapping(node, 'what a search finds')
  const search = given.text('search')
  const text = given.text('series')
  const values = given.text('values')
  given.end('what a search finds')
  return caught(input, node, { search, labels: noLabels, points: [] }, () => ({
    search,
    labels: text === '' ? noLabels : labelsOf(text),
    points: readPoints(values),
  }))
}

function labelsOf(text: string): Labels {
  const { labels, rest } = readLabels(text.trim())
  if (rest !== '') throw new ScriptFailure(`cannot read ${JSON.stringify(rest)} behind the labels of a series`)
  return labels
}

function caught<Read>(input: YamlInput, node: unknown, otherwise: Read, read: () => Read): Read {
  try {
    return read()
  } catch (thrown) {
    if (!(thrown instanceof ScriptFailure)) throw thrown
    input.wrong(node, thrown.message)
    return otherwise
  }
}

function readAlertTest(input: YamlInput, node: unknown): AlertTest {
  const given = input.mapping(node, 'a test of alerts')
  const name = given.text('alertname')
  if (name === '') input.wrong(node, 'a test of alerts has no alertname; say which alert it is of')
  const atMs = duration(given, 'eval_time', 0)
  const expected = input.list(given.take('exp_alerts'), 'exp_alerts').map((each) => {
    const alert = input.mapping(each, 'an expected alert')
    const labels = readMap(input, alert.take('exp_labels'), 'exp_labels')
    const annotations = readMap(input, alert.take('exp_annotations'), 'exp_annotations')
    alert.end('an expected alert')
    // An annotation without a text is one all the same, unlike a label.
    return {
      labels: labelsFrom([...labels, ['alertname', name]]),
      annotations: new Labels([...annotations].sort(byName)),
    }
  })
  given.end('a test of alerts')
  return { line: input.line(node), atMs, name, expected }
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : a > b ? 1 : 0)

function readExpressionTest(input: YamlInput, node: unknown): ExpressionTest {
  const given = input.mapping(node, 'a test of an expression')
  const text = given.text('expr')
  const atMs = duration(given, 'eval_time', 0)
  const expected = input.list(given.take('exp_samples'), 'exp_samples').map((each) => readSample(input, each))
  given.end('a test of an expression')
  return { line: input.line(node), atMs, text, expected }
}

function readSample(input: YamlInput, node: unknown): ExpressionTest['expected'][number] {
  const given = input.mapping(node, 'an expected sample')
  const text = given.text('labels')
  const value = given.parsed(
    'value',
    0,
    (each) => parseNumber(each.replace(/^([+-]?)\.(?=inf|nan)/i, '$1')),
    'a number',
  )
  const histogram = given.text('histogram')
  given.end('an expected sample')
  return caught(input, node, { labels: noLabels, value }, () => {
    const labels = labelsOf(text)
    if (histogram === '') return { labels, value }
    const [point] = readPoints(histogram)
    if (point?.kind !== 'histogram') throw new ScriptFailure(`${JSON.stringify(histogram)} is no histogram`)
    return { labels, value: point.histogram }
  })
}
