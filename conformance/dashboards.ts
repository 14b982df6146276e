import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isFailed } from '../packages/server/src/query/prometheus/prometheus.ts'
import { childrenOf, type Expression } from '../packages/server/src/query/promql/parse/ast.ts'
import type { ParseError } from '../packages/server/src/query/promql/parse/failure.ts'
import { parseExpression } from '../packages/server/src/query/promql/parse/parse.ts'
import { seedEndMs, seedStartMs } from '../packages/server/src/query/test-world/seed.case.ts'
import { openTestWorld, type TestWorld } from '../packages/server/src/query/test-world/world.case.ts'
import { type Case, caseOf, problemOfError, tryCase } from './suite.ts'

/**
 * Every expression of Grafana dashboards, its variables filled in: it has to parse, and to run over a range against
 * the real store, in which every metric that the expressions name has a series.
 */
export async function runDashboards(directory: string): Promise<Case[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.json')).sort()
  const asked: { name: string; text: string; expression: Expression | ParseError }[] = []
  const cases: Case[] = []
  for (const file of files) {
    try {
      for (const written of expressionsOf(JSON.parse(await readFile(join(directory, file), 'utf8')))) {
        const text = fillVariables(written)
        asked.push({ name: `${file} ${written.replace(/\s+/g, ' ')}`, text, expression: parseExpression(text) })
      }
    } catch (error) {
      cases.push(caseOf(file, problemOfError(error)))
    }
  }
  const world = await openTestWorld()
  try {
    const names = asked.flatMap(({ expression }) => (expression.kind === 'parse-error' ? [] : namesIn(expression)))
    seedSeries(world, new Set(names))
    for (const { name, text, expression } of asked) {
      const problem = () =>
        expression.kind === 'parse-error' ? expression.sentence : problemOf(world, text, expression)
      cases.push(await tryCase(name, problem))
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
    return `(${i + 1}, '2026-01-05', unhex('${Buffer.from(name).toString('hex')}'), 'gauge', '', false, 'd', '', '', 'demo', 1, 1, map('le', '+Inf'), '')`
  })
  if (rows.length === 0) return
  world.insert(`INSERT INTO resources VALUES (1, '2026-01-05', 'demo', '', map('service.name', 'demo'), '', 0)`)
  world.insert(`INSERT INTO series VALUES ${rows.join(', ')}`)
  world.insert(`INSERT INTO samples SELECT series.series_id,
    fromUnixTimestamp64Milli(${seedStartMs} + 10000 * number, 'UTC'), 0, number * (1 + series.series_id), 0
    FROM series CROSS JOIN numbers(60) AS points`)
}

/** Of panels and targets that ask Prometheus; some ask other sources, in their languages. */
function expressionsOf(node: unknown, isAsked = true): string[] {
  if (Array.isArray(node)) return node.flatMap((each) => expressionsOf(each, isAsked))
  if (typeof node !== 'object' || node === null) return []
  const asks = 'datasource' in node ? asksPrometheus(node.datasource) : isAsked
  return Object.entries(node).flatMap(([key, value]) => {
    if (key === 'expr' && typeof value === 'string') return asks ? [value] : []
    return expressionsOf(value, asks)
  })
}

function asksPrometheus(datasource: unknown): boolean {
  const type =
    typeof datasource === 'object' && datasource !== null && 'type' in datasource ? datasource.type : undefined
  return typeof type !== 'string' || ['prometheus', 'datasource', 'mixed'].includes(type) || type.startsWith('$')
}

const lengths: Readonly<Record<string, string>> = {
  __rate_interval: '5m',
  __interval: '1m',
  __range: '1h',
  __rate_interval_ms: '300000',
  __interval_ms: '60000',
  __range_s: '3600',
  __range_ms: '3600000',
  __from: String(seedStartMs),
  __to: String(seedEndMs),
}

/**
 * Lengths of time as Grafana would put them. Any other variable stands for everything in a pattern, in the brackets of a range for
 * a length, in a name for a part of it, and else for a number.
 */
function fillVariables(expression: string): string {
  const variable = /\$(?:(\w+)|\{(\w+)(?::\w+)?\})|\[\[(\w+)(?::\w+)?\]\]/g
  return expression.replace(variable, (whole, bare?: string, braced?: string, doubled?: string, ...rest: unknown[]) => {
    const length = lengths[bare ?? braced ?? doubled ?? '']
    if (length !== undefined) return length
    const before = expression.slice(0, Number(rest[0]))
    const after = expression.slice(Number(rest[0]) + whole.length)
    if ((before.match(/"/g) ?? []).length % 2 === 1) return '.*'
    if (/[[:]\s*$/.test(before)) return '5m'
    const isLabel = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*$/i.test(before)
    return isLabel || /[\w:]$/.test(before) || /^[\w:{[]/.test(after) ? 'any' : '1'
  })
}
