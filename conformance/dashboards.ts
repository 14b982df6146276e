import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseExpression } from '../packages/server/src/query/promql/parse/parse.ts'
import type { Case } from './suite.ts'

/** Every expression of Grafana dashboards, its variables filled in. */
export async function runDashboards(directory: string): Promise<Case[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.json')).sort()
  const cases: Case[] = []
  for (const file of files) {
    const dashboard: unknown = JSON.parse(await readFile(join(directory, file), 'utf8'))
    for (const expression of expressionsOf(dashboard)) {
      const parsed = parseExpression(fillVariables(expression))
      const name = `${file} ${expression.replace(/\s+/g, ' ')}`
      cases.push(
        parsed.kind === 'parse-error'
          ? { name, isExperimental: false, outcome: 'failed', reason: parsed.sentence }
          : { name, isExperimental: false, outcome: 'passed' },
      )
    }
  }
  return cases
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
