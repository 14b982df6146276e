import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dialect } from '../packages/server/src/ingest/exposition/exposition.ts'
import { checkMetrics } from '../packages/server/src/main/check-metrics.ts'
import type { Case } from './suite.ts'

/** What the strict readers of the two text formats must take and must refuse. */
export async function runExposition(directory: string): Promise<Case[]> {
  const cases: Case[] = []
  const openMetrics = join(directory, 'openmetrics')
  for (const name of (await readdir(openMetrics).catch(() => [])).sort()) {
    const about = JSON.parse(await readFile(join(openMetrics, name, 'test.json'), 'utf8'))
    const bytes = await readFile(join(openMetrics, name, about.file ?? 'metrics'))
    cases.push(caseOf(`openmetrics/${name}`, bytes, 'openmetrics', about.shouldParse))
  }
  const promText = join(directory, 'prom-text')
  for (const name of (await readdir(promText).catch(() => [])).sort()) {
    const bytes = await readFile(join(promText, name))
    const dialect = name.endsWith('.om.txt') ? 'openmetrics' : 'text'
    cases.push(caseOf(`prom-text/${name}`, bytes, dialect, !name.includes('error')))
  }
  return cases
}

function caseOf(name: string, bytes: Uint8Array, dialect: Dialect, isValid: boolean): Case {
  const read = checkMetrics(bytes, dialect)
  const reason = 'refused' in read ? read.refused : 'is taken, and should be refused'
  return 'refused' in read === isValid
    ? { name, isExperimental: false, outcome: 'failed', reason }
    : { name, isExperimental: false, outcome: 'passed' }
}
