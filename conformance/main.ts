import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runDashboards } from './dashboards.ts'
import { runOtlp } from './otlp/suite.ts'
import { runPromql } from './promql.ts'
import { runPromqlParse } from './promql-parse.ts'
import type { Case, Suite } from './suite.ts'

/**
 * `npm run conformance -- SUITE [--data DIR] [--json]`: other people's cases against our code, from a directory
 * that is not part of the repository. Prints what passed and failed; the exit code is 1 when fewer passed than
 * `floors.json` says.
 */
const suites: Readonly<Record<string, Suite>> = {
  otlp: runOtlp,
  promql: runPromql,
  'promql-parse': runPromqlParse,
  dashboards: runDashboards,
}

const root = join(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: join(root, '..', 'shared', 'data') },
    json: { type: 'boolean', default: false },
  },
})

process.exitCode = await main(positionals[0] ?? '')

async function main(name: string): Promise<number> {
  const suite = suites[name]
  if (suite === undefined) {
    console.error(`Cannot run the suite "${name}": there are ${Object.keys(suites).join(', ')}`)
    return 2
  }
  const cases = await suite(values.data)
  report(cases)
  const counted = cases.filter((each) => !each.isExperimental)
  const count = (outcome: Case['outcome'], of: readonly Case[]): number =>
    of.filter((each) => each.outcome === outcome).length
  const passed = count('passed', counted)
  const experimental = cases.filter((each) => each.isExperimental)
  const summary = {
    suite: name,
    passed,
    failed: count('failed', counted),
    skipped: count('skipped', counted),
    total: counted.length,
    ...(experimental.length > 0 && {
      experimental: { passed: count('passed', experimental), total: experimental.length },
    }),
  }
  const floor = await floorOf(name)
  if (passed < floor) console.error(`${name}: ${passed} passed, ${floor} must`)
  console.log(
    values.json
      ? JSON.stringify(summary)
      : `${name}: ${passed} passed, ${summary.failed} failed, ${summary.skipped} skipped of ${summary.total}`,
  )
  return passed < floor ? 1 : 0
}

/** All that did not pass, with its reason; in JSON mode only the last line is for a program. */
function report(cases: readonly Case[]): void {
  for (const { name, outcome, reason, isExperimental } of cases)
    if (outcome !== 'passed') console.log(`${outcome}${isExperimental ? ' (experimental)' : ''}  ${name}: ${reason}`)
}

async function floorOf(name: string): Promise<number> {
  const floors: Record<string, number> = JSON.parse(await readFile(join(import.meta.dirname, 'floors.json'), 'utf8'))
  return floors[name] ?? 0
}
