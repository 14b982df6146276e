import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { foundOf } from '../../packages/server/src/alert/ask-search.ts'
import { readRuleFile } from '../../packages/server/src/alert/read-rule-file.ts'
import { type GroupWorld, RunningGroup } from '../../packages/server/src/alert/running-group.ts'
import { isRefused } from '../../packages/server/src/base/refused.ts'
import { prometheusName } from '../../packages/server/src/query/prometheus/names.ts'
import { isFailed } from '../../packages/server/src/query/prometheus/prometheus.ts'
import { sendInto } from '../../packages/server/src/query/test-world/sent.case.ts'
import { openTestWorld, type TestWorld } from '../../packages/server/src/query/test-world/world.case.ts'
import { type Case, type Problem, tryCase } from '../suite.ts'
import { type Expected, expectedOf } from './expected.ts'
import { importThresholdRule } from './import-threshold-rule.ts'
import { type Line, requestsOf } from './otlp-of-lines.ts'

/**
 * SigNoz's own scenarios of alerts: each is a rule and the telemetry that is fed in. Upstream feeds it so that its first line lies five
 * minutes back, creates the rule, and waits 30 seconds for what must fire. Here the telemetry goes through the ingest into a
 * store, the rule is imported and evaluated as often as it says in those 30 seconds, and on until all of the data is past: what must fire
 * has to fire in the first, and nothing else may at any time.
 */
export async function runAlertScenarios(directory: string): Promise<Case[]> {
  const cases: Case[] = []
  const names = (await readdir(directory, { withFileTypes: true })).filter((each) => each.isDirectory())
  const world = await openTestWorld()
  try {
    for (const [i, { name }] of names.sort((a, b) => (a.name < b.name ? -1 : 1)).entries())
      cases.push(await tryCase(name, () => problemOf(join(directory, name), { world, startMs: firstMs + i * apartMs })))
  } finally {
    await world.close()
  }
  return cases
}

/** Scenarios lie apart in time: those of logs and spans find one another's records else. */
const firstMs = Date.UTC(2026, 0, 29, 10)
const apartMs = 2 * 3600_000
const feedBackMs = 5 * 60_000
const waitMs = 30_000

async function problemOf(folder: string, { world, startMs }: { world: TestWorld; startMs: number }): Promise<Problem> {
  const rule: unknown = JSON.parse(await readFile(join(folder, 'rule.json'), 'utf8'))
  const text = await readFile(join(folder, 'alert_data.jsonl'), 'utf8').catch(() => '')
  const lines: Line[] = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line))
  const names = metricNames(lines)
  const imported = importThresholdRule(rule, (name) => names.get(name) ?? name)
  if ('refused' in imported) return { skipped: imported.refused }
  const read = readRuleFile(
    'rule.yml',
    JSON.stringify({ groups: [{ name: 'g', interval: imported.intervalText, rules: [imported.rule] }] }),
  )
  if ('errors' in read) return `the imported rule is not ours: ${read.errors.join(' ')}`
  const [group] = read.groups
  if (group === undefined) return 'there is no rule'
  for (const [signal, request] of Object.entries(lines.length === 0 ? {} : requestsOf(lines, startMs)))
    if (signal === 'traces' || signal === 'logs' || signal === 'metrics') await sendInto(world, signal, request)
  const running = new RunningGroup(group, worldOf(world), { intervalMs: 15_000, isRestored: true })
  return evaluated(running, { startMs, endMs: startMs + spanOf(lines), expected: expectedOf(rule, lines) })
}

type Evaluated = { startMs: number; endMs: number; expected: Expected }

async function evaluated(running: RunningGroup, { startMs, endMs, expected }: Evaluated): Promise<Problem> {
  const fromMs = startMs + feedBackMs
  const seen = new Set<string>()
  let inTime = ''
  for (let nowMs = fromMs; nowMs <= Math.max(fromMs + waitMs, endMs); nowMs += running.intervalMs) {
    await running.evaluate(nowMs)
    const [state] = running.rules
    if (state === undefined) return 'there is no rule'
    if (state.lastError !== '') return `it cannot be evaluated: ${state.lastError}`
    for (const { labels, phase } of state.alerts.values()) if (phase === 'firing') seen.add(wordOf(new Map(labels)))
    if (nowMs <= fromMs + waitMs) inTime = [...seen].sort().join(', ')
  }
  const missing = expected.mustFire.filter((word) => !inTime.split(', ').includes(word))
  const wrong = [...seen].filter((word) => !expected.mayFire.includes(word))
  if (missing.length > 0)
    return `within ${waitMs / 1000} s ${missing.join(', ')} has to fire, and ${inTime || 'nothing'} does`
  return wrong.length > 0 ? `${wrong.join(', ')} fires and must not` : ''
}

const wordOf = (labels: ReadonlyMap<string, string>): string =>
  labels.get('no_data') === 'true' ? 'no data' : (labels.get('severity') ?? '')

const spanOf = (lines: readonly Line[]): number => {
  const times = lines.map(({ timestamp }) => Date.parse(timestamp))
  return times.length === 0 ? 0 : Math.max(...times) - Math.min(...times)
}

/** As PromQL calls them. */
function metricNames(lines: readonly Line[]): ReadonlyMap<string, string> {
  return new Map(
    lines.map((line) => {
      const metric = String(line['metric_name'] ?? '')
      const kind = line['type_'] === 'Sum' ? 'sum' : 'gauge'
      const unit = String(line['unit'] ?? '')
      return [metric, prometheusName({ metric, unit, kind, monotonic: line['is_monotonic'] === true })]
    }),
  )
}

function worldOf({ query }: TestWorld): GroupWorld {
  return {
    ask: async (question) => {
      const answer = await query.prometheus.instant(question, query.running({}))
      return isFailed(answer) ? { error: answer.message } : answer.value
    },
    askSearch: async ({ spend: _, ...ask }) => {
      const answer = await query.table(ask, {})
      return isRefused(answer) ? { error: answer.message } : foundOf(answer)
    },
    store: async () => '',
    notify: () => {},
    changed: () => {},
    report: () => {},
    externalUrl: '',
    externalLabels: new Map(),
    resendMs: 60_000,
    clockMs: () => 0,
  }
}
