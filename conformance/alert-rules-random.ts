import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { type Random, randomOf } from '../packages/protocol/src/random.case.ts'
import { noSearches } from '../packages/server/src/alert/ask-search.ts'
import type { Ask, RuleSample } from '../packages/server/src/alert/evaluate-rule.ts'
import { readRuleFile } from '../packages/server/src/alert/read-rule-file.ts'
import { RunningGroup } from '../packages/server/src/alert/running-group.ts'
import { labelsText } from '../packages/server/src/query/promql/evaluate/labels.ts'
import { defaultEvaluateOptions } from '../packages/server/src/query/promql/evaluate/options.ts'
import { runInstantQuery } from '../packages/server/src/query/promql/evaluate/query.ts'
import { parseExpression } from '../packages/server/src/query/promql/parse/parse.ts'
import { MemorySource } from '../packages/server/src/query/promql/script/memory-source.ts'
import { readSeries } from '../packages/server/src/query/promql/script/series-notation.ts'
import { type Case, caseOf } from './suite.ts'

/**
 * Random rules over random series: what ours make of them, minute by minute, is written down as a test for `promtool test rules`,
 * which has to agree. Nothing is asked on which the versions of Prometheus differ (no ranges, no gap as long as the lookback), or that it leaves open (`topk` of values alike).
 */
const seeds = 300
const filesAtOnce = 50
const minutes = 60
const minuteMs = 60_000

export async function runAlertRulesRandom(): Promise<Case[]> {
  const folder = await mkdtemp(join(tmpdir(), 'wakeline-rules-'))
  try {
    const cases: Case[] = []
    for (let first = 1; first <= seeds; first += filesAtOnce) {
      const names = Array.from({ length: filesAtOnce }, (_, i) => `seed ${first + i}`)
      const paths = await Promise.all(names.map((_, i) => writeTest(folder, first + i)))
      const problems = await disagreements(paths)
      cases.push(...names.map((name, i) => caseOf(name, problems[i] ?? 'promtool said nothing of it')))
    }
    return cases
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const maxBuffer = 64 * 1024 * 1024

/** What promtool says of each file; '' when all holds. */
async function disagreements(paths: readonly string[]): Promise<readonly (string | { skipped: string })[]> {
  // What failed is on stderr, of which file on stdout: in one stream they are in order.
  const run = promisify(execFile)('sh', ['-c', 'promtool test rules "$@" 2>&1', 'sh', ...paths], { maxBuffer })
  const { stdout, code } = await run.then(
    ({ stdout }) => ({ stdout, code: 0 }),
    (error) => ({ stdout: String(error.stdout), code: error.code }),
  )
  if (code === 127) return paths.map(() => ({ skipped: 'promtool is not installed' }))
  const told = stdout.split('Unit Testing: ').slice(1)
  return paths.map((path) => {
    const of = told.find((text) => text.trim().startsWith(path)) ?? ''
    return /^\s*SUCCESS/m.test(of) ? '' : of.slice(0, 1500)
  })
}

const expressions: readonly ((random: Random) => string)[] = [
  (random) => `x > ${random.below(4)}`,
  (random) => `x == ${random.below(3)} or y > ${random.below(4)}`,
  (random) => `sum by (g) (x) > ${random.below(6)}`,
  (random) => `x offset 1m >= ${random.below(4)}`,
  () => 'x > on (g, i) y',
  () => 'x unless on (i) y',
  (random) => `r > ${random.below(6)}`,
  (random) => `absent(x{i="${random.below(3)}"})`,
  (random) => `count(x) > ${random.below(4)}`,
  (random) => `max by (g) (x) > ${random.below(3)}`,
]

const texts = [
  'fixed',
  '{{ $labels.i }}',
  '{{ $value }}',
  '{{ if gt $value 2.0 }}high{{ else }}low{{ end }}',
  '{{ $value | humanize }} {{ humanizePercentage $value }} {{ $value | humanizeDuration }}',
  '{{ printf "%.2f|%5.1f|%-4s|%q|%v" $value $value $labels.g $labels.i $value }}',
  '{{ range $k, $v := $labels }}{{ $k }}={{ $v }} {{ end }}',
  '{{ with query "sum(x)" }}{{ . | first | value | humanize1024 }}{{ end }}',
  '{{ range query "x" | sortByLabel "i" }}{{ .Labels.i }}:{{ .Value }} {{ end }}',
  '{{ title "some words" }} {{ toUpper "abc" }} {{ reReplaceAll "(.)b" "$1-" "abab" }} {{ match "a.c" "abc" }}',
  '  {{- /* gone */ -}} a {{- " b" }} {{ len $labels }}',
]

function rulesOf(random: Random): object {
  const alerts = Array.from({ length: 3 }, (_, i) => {
    const hold = random.pick(['', '1m', '90s', '2m', '5m'])
    const keep = random.pick(['', '', '1m', '150s', '5m'])
    return {
      alert: `A${i}`,
      expr: random.pick(expressions)(random),
      ...(hold !== '' && { for: hold }),
      ...(keep !== '' && { keep_firing_for: keep }),
      // Labels by value make alerts go to and fro; of two alike the rule fails, in both. None comes out empty: into ALERTS Prometheus
      // then writes the text of the template itself.
      labels: { severity: random.pick(['page', 'page', 'of {{ $labels.i }}', texts[3]]) },
      annotations: { summary: random.pick(texts), more: random.pick(texts) },
    }
  })
  return { groups: [{ name: 'g', rules: [{ record: 'r', expr: 'sum by (g) (x)', labels: { of: 'r' } }, ...alerts] }] }
}

function pointsOf(random: Random): string {
  const points: string[] = []
  let gap = 0
  while (points.length <= minutes) {
    const share = random.number()
    if (share < 0.1 && gap < 3) points.push('_')
    else if (share < 0.15) points.push('stale')
    else points.push(String(random.pick([0, 1, 2, 3, 4, 2.5])))
    gap = points.at(-1) === '_' ? gap + 1 : 0
  }
  return points.join(' ')
}

async function writeTest(folder: string, seed: number): Promise<string> {
  const random = randomOf(seed)
  const rules = stringify(rulesOf(random))
  const series = ['x', 'x', 'x', 'y', 'y'].map((name, i) => ({
    series: `${name}{g="${i % 2}",i="${i % 3}"}`,
    values: pointsOf(random),
  }))
  const stepMs = random.pick([minuteMs, minuteMs, minuteMs / 2, 2 * minuteMs])
  const { alerts, samples } = await ours(rules, series, { stepMs, random })
  const rulesPath = join(folder, `rules-${seed}.yml`)
  await writeFile(rulesPath, rules)
  const path = join(folder, `test-${seed}.yml`)
  const test = { interval: '1m', input_series: series, alert_rule_test: alerts, promql_expr_test: samples }
  await writeFile(path, stringify({ rule_files: [rulesPath], evaluation_interval: `${stepMs / 1000}s`, tests: [test] }))
  return path
}

type Ours = { alerts: object[]; samples: object[] }

async function ours(
  rules: string,
  series: readonly { series: string; values: string }[],
  { stepMs, random }: { stepMs: number; random: Random },
): Promise<Ours> {
  const read = readRuleFile('rules.yml', rules)
  if ('errors' in read) throw new Error(read.errors.join('\n'))
  const source = new MemorySource()
  const lines = series.map((each) => readSeries(`${each.series} ${each.values}`))
  const ask: Ask = async ({ expression, timeMs }) => {
    const input = {
      expression,
      source,
      options: defaultEvaluateOptions,
      nowMs: () => 0,
      signal: new AbortController().signal,
    }
    const answer = await runInstantQuery(input, timeMs)
    return answer.kind === 'query-error' ? { error: answer.message } : answer.value
  }
  const group = new RunningGroup(firstOf(read.groups), worldOf(source, ask), { intervalMs: stepMs, isRestored: true })
  const found: Ours = { alerts: [], samples: [] }
  let loaded = 0
  let lastMs = 0
  for (let atMs = 0; atMs <= minutes * minuteMs; atMs += stepMs) {
    for (; loaded * minuteMs <= atMs; loaded++)
      for (const { labels, points } of lines) {
        const point = points[loaded]
        const timeMs = loaded * minuteMs
        if (point?.kind === 'float') source.add(labels, [{ kind: 'float', timeMs, value: point.value, startMs: 0 }])
        if (point?.kind === 'stale') source.add(labels, [{ kind: 'stale', timeMs }])
      }
    await group.evaluate(atMs)
    // promtool ends there with the error; what was before it is compared.
    if (group.rules.some(({ lastError }) => lastError !== '')) break
    lastMs = atMs
    found.alerts.push(...firing(group, atMs))
  }
  for (const text of ['ALERTS', 'ALERTS_FOR_STATE', 'r'])
    found.samples.push(await expected(text, random.below(lastMs / stepMs + 1) * stepMs, ask))
  return found
}

function firstOf<Item>([first]: readonly Item[]): Item {
  if (first === undefined) throw new Error('there is nothing')
  return first
}

const worldOf = (source: MemorySource, ask: Ask) => ({
  ask,
  askSearch: noSearches,
  store: async (samples: readonly RuleSample[]) => {
    for (const { labels, timeMs, value } of samples)
      source.add(labels, [value === 'stale' ? { kind: 'stale', timeMs } : { kind: 'float', timeMs, value, startMs: 0 }])
    return ''
  },
  notify: () => {},
  changed: () => {},
  report: () => {},
  externalUrl: '',
  externalLabels: new Map<string, string>(),
  resendMs: minuteMs,
  clockMs: () => 0,
})

function firing({ rules }: RunningGroup, atMs: number): object[] {
  return rules.flatMap(({ rule, alerts }) => {
    if (rule.kind !== 'alert') return []
    const expectedAlerts = [...alerts.values()]
      .filter(({ phase }) => phase === 'firing')
      .map(({ labels, annotations }) => ({
        exp_labels: Object.fromEntries(labels),
        exp_annotations: Object.fromEntries(annotations),
      }))
    return [{ eval_time: `${atMs / 1000}s`, alertname: rule.name, exp_alerts: expectedAlerts }]
  })
}

async function expected(text: string, timeMs: number, ask: Ask): Promise<object> {
  const expression = parseExpression(text)
  if (expression.kind === 'parse-error') throw new Error(expression.sentence)
  const value = await ask({ expression, text, timeMs })
  if ('error' in value || value.kind !== 'vector') throw new Error(`${text} cannot be asked`)
  const samples = value.samples.map(({ labels, value: each }) => ({ labels: labelsText(labels), value: each }))
  return { expr: text, eval_time: `${timeMs / 1000}s`, exp_samples: samples }
}
