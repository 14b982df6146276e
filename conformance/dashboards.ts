import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isFailed } from '../packages/server/src/query/prometheus/prometheus.ts'
import { childrenOf, type Expression } from '../packages/server/src/query/promql/parse/ast.ts'
import type { ParseError } from '../packages/server/src/query/promql/parse/failure.ts'
import { parseExpression } from '../packages/server/src/query/promql/parse/parse.ts'
import { seedEndMs, seedStartMs } from '../packages/server/src/query/test-world/seed.case.ts'
import { openTestWorld, type TestWorld } from '../packages/server/src/query/test-world/world.case.ts'
import type { Case } from './suite.ts'

/**
 * Every expression of Grafana dashboards, its variables filled in: it has to parse, and to run over a range against
 * the real store, in which every metric that the expressions name has a series.
 */
export async function runDashboards(directory: string): Promise<Case[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.json')).sort()
  const asked: { name: string; text: string; expression: Expression | ParseError }[] = []
  for (const file of files) {
    const dashboard: unknown = JSON.parse(await readFile(join(directory, file), 'utf8'))
    for (const written of expressionsOf(dashboard)) {
      const text = fillVariables(written)
      asked.push({ name: `${file} ${written.replace(/\s+/g, ' ')}`, text, expression: parseExpression(text) })
    }
  }
  const world = await openTestWorld()
  try {
    const names = asked.flatMap(({ expression }) => (expression.kind === 'parse-error' ? [] : namesIn(expression)))
    seedSeries(world, new Set(names))
    const cases: Case[] = []
    for (const { name, text, expression } of asked) {
      const reason = expression.kind === 'parse-error' ? expression.sentence : await problemOf(world, text, expression)
      cases.push(
        reason === ''
          ? { name, isExperimental: false, outcome: 'passed' }
          : { name, isExperimental: false, outcome: 'failed', reason },
      )
    }
    return cases
  } finally {
    await world.close()
  }
}

async function problemOf({ query }: TestWorld, text: string, expression: Expression): Promise<string> {
  const times = { startMs: seedStartMs, endMs: seedEndMs, stepMs: 60_000 }
  const answer = await query.prometheus.range({ expression, text, ...times }, query.running({}))
  return isFailed(answer) ? answer.message : ''
}

function namesIn(expression: Expression): string[] {
  if (expression.kind !== 'vector-selector') return childrenOf(expression).flatMap(namesIn)
  return expression.matchers.flatMap(({ name, operator, value }) =>
    name === '__name__' && operator === '=' ? [value] : [],
  )
}

/** A counting series for each name, one point every 10 s. */
function seedSeries(world: TestWorld, names: ReadonlySet<string>): void {
  const rows = [...names].map((name, i) => {
    if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) throw new Error(`Cannot seed a series with the name ${name}`)
    return `(${i + 1}, '2026-01-05', '${name}', 'gauge', '', false, 'd', '', '', 'demo', 1, 1, map('le', '+Inf'), '')`
  })
  if (rows.length === 0) return
  world.insert(`INSERT INTO resources VALUES (1, '2026-01-05', 'demo', '', map('service.name', 'demo'), '', 0)`)
  world.insert(`INSERT INTO series VALUES ${rows.join(', ')}`)
  world.insert(`INSERT INTO samples SELECT series.series_id,
    fromUnixTimestamp64Milli(${seedStartMs} + 10000 * number, 'UTC'), 0, number * (1 + series.series_id), 0
    FROM series CROSS JOIN numbers(60) AS points`)
}

function expressionsOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(expressionsOf)
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'expr' && typeof value === 'string' ? [value] : expressionsOf(value),
  )
}

const lengths: Readonly<Record<string, string>> = { __rate_interval: '5m', __interval: '1m', __range: '1h' }

/** Lengths of time as Grafana would put them; any other variable stands in a pattern for everything. */
function fillVariables(expression: string): string {
  return expression.replace(/\$(?:(\w+)|\{(\w+)(?::\w+)?\})/g, (_, bare?: string, braced?: string) => {
    const name = bare ?? braced ?? ''
    return lengths[name] ?? '.*'
  })
}
