import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readCommandArguments } from '../scripts/command-arguments.ts'
import { runAlertMatchers } from './alert-matchers.ts'
import { runAlertRules } from './alert-rules.ts'
import { runAlertRulesRandom } from './alert-rules-random.ts'
import { runAlertScenarios } from './alert-scenarios/suite.ts'
import { runAnomalyNab } from './anomaly-nab/suite.ts'
import { runCriticalPath } from './critical-path.ts'
import { runDashboards } from './dashboards.ts'
import { runExposition } from './exposition.ts'
import { runLogPatterns } from './log-patterns.ts'
import { runLogQuery } from './log-query.ts'
import { runNotifierRandom } from './notifier-random.ts'
import { runOtlp } from './otlp/suite.ts'
import { runPromql } from './promql.ts'
import { runPromqlCompliance } from './promql-compliance.ts'
import { runPromqlParse } from './promql-parse.ts'
import { runPropagation } from './propagation.ts'
import { runRcaNezha } from './rca-nezha.ts'
import { runRcaPetshop } from './rca-petshop.ts'
import { runSlo } from './slo.ts'
import type { Case, Suite } from './suite.ts'
import { runTraceQuery } from './trace-query.ts'

/**
 * `npm run conformance -- SUITE [--data DIR] [--json]`: other people's cases against our code. They lie outside of the
 * repository, in a folder for each suite, by whose name it can be called as well; `--data` names another folder of the same shape. Prints what passed and
 * failed; the exit code is 1 when fewer pass than `floors.json` says, which holds for the usual folder alone.
 */
const suites: Readonly<Record<string, { folder: string; run: Suite }>> = {
  'alert-matchers': { folder: 'alert-matchers', run: runAlertMatchers },
  'alert-rules': { folder: 'alert-rules', run: runAlertRules },
  'alert-rules-random': { folder: 'alert-rules', run: runAlertRulesRandom },
  'alert-scenarios': { folder: 'alert-scenarios', run: runAlertScenarios },
  'anomaly-nab': { folder: 'anomaly-nab', run: runAnomalyNab },
  'notifier-random': { folder: 'alert-matchers', run: runNotifierRandom },
  otlp: { folder: 'otlp', run: runOtlp },
  promql: { folder: 'promql-eval', run: runPromql },
  'promql-compliance': { folder: 'promql-compliance', run: runPromqlCompliance },
  'promql-parse': { folder: 'promql-parse', run: runPromqlParse },
  dashboards: { folder: 'dashboards', run: runDashboards },
  exposition: { folder: 'exposition', run: runExposition },
  'trace-query': { folder: 'trace-query', run: runTraceQuery },
  'log-patterns': { folder: 'log-patterns', run: runLogPatterns },
  'log-query': { folder: 'log-query', run: runLogQuery },
  'critical-path': { folder: 'critical-path', run: runCriticalPath },
  slo: { folder: 'slo', run: runSlo },
  'rca-nezha': { folder: 'rca-nezha', run: runRcaNezha },
  'rca-petshop': { folder: 'rca-petshop', run: runRcaPetshop },
  propagation: { folder: 'propagation', run: runPropagation },
}

const usualData = join(import.meta.dirname, '..', '..', 'shared', 'data')
const usage = `npm run conformance -- SUITE [--data DIR] [--json] with one of ${Object.keys(suites).join(', ')}`
const { values, positionals } = readCommandArguments(usage, {
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
})

process.exitCode = await main(positionals[0] ?? '')

async function main(asked: string): Promise<number> {
  const suiteAsked = Object.entries(suites).find(([name, { folder }]) => name === asked || folder === asked)
  if (suiteAsked === undefined) {
    console.error(`Cannot run the suite "${asked}": say ${usage}`)
    return 2
  }
  const [name, suite] = suiteAsked
  const directory = values.data ?? join(usualData, suite.folder)
  const isThere = existsSync(directory)
  if (!isThere) console.error(`${name}: skipped, because its data is not at ${directory}`)
  const told = isThere ? await suite.run(directory) : []
  const { cases, figures } = Array.isArray(told) ? { cases: told, figures: {} } : told
  report(cases)
  const counts = countCases(cases.filter((each) => !each.isExperimental))
  const experimental = countCases(cases.filter((each) => each.isExperimental))
  const summary = {
    suite: name,
    ...counts,
    ...(experimental.total > 0 && { experimental: { passed: experimental.passed, total: experimental.total } }),
    ...figures,
  }
  if (values.json) console.log(JSON.stringify(summary))
  else console.log([printSummary(name, counts, experimental), ...printFigures(figures)].join('\n'))
  if (!isThere) return values.data === undefined ? 0 : 2
  return values.data === undefined && (await isBelowFloor(name, counts, experimental)) ? 1 : 0
}

type Counts = { passed: number; failed: number; skipped: number; total: number }

function countCases(cases: readonly Case[]): Counts {
  const count = (outcome: Case['outcome']): number => cases.filter((each) => each.outcome === outcome).length
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped'), total: cases.length }
}

function printSummary(name: string, counts: Counts, experimental: Counts): string {
  const { passed, failed, skipped, total } = counts
  const more = experimental.total === 0 ? '' : `; experimental: ${experimental.passed} passed of ${experimental.total}`
  return `${name}: ${passed} passed, ${failed} failed, ${skipped} skipped of ${total}${more}`
}

function printFigures(figures: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(figures).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`)
}

/** `floors.json` has the least that must pass of each suite, and under `NAME experimental` of its experimental cases. */
async function isBelowFloor(name: string, counts: Counts, experimental: Counts): Promise<boolean> {
  const floors: Record<string, number> = JSON.parse(await readFile(join(import.meta.dirname, 'floors.json'), 'utf8'))
  // What the suite is held against is not installed here, which it has said.
  if (counts.total > 0 && counts.skipped === counts.total) return false
  const floor = floors[name] ?? 0
  const experimentalFloor = floors[`${name} experimental`] ?? 0
  if (counts.passed < floor) console.error(`${name}: ${counts.passed} passed, ${floor} must`)
  if (experimental.passed < experimentalFloor) {
    console.error(`${name}: ${experimental.passed} experimental cases passed, ${experimentalFloor} must`)
  }
  return counts.passed < floor || experimental.passed < experimentalFloor
}

/** All that did not pass, with its reason; in JSON mode only the last line is for a program. */
function report(cases: readonly Case[]): void {
  for (const { name, outcome, reason, isExperimental } of cases)
    if (outcome !== 'passed') console.log(`${outcome}${isExperimental ? ' (experimental)' : ''}  ${name}: ${reason}`)
}
