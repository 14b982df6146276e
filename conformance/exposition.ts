import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dialect } from '../packages/server/src/ingest/exposition/exposition.ts'
import { readExposition } from '../packages/server/src/ingest/exposition/read-exposition.ts'
import type { Case } from './suite.ts'

/** What the strict readers of the two text formats must take and must refuse. */
export async function runExposition(directory: string): Promise<Case[]> {
  const cases: Case[] = []
  const openMetrics = join(directory, 'openmetrics')
  for (const name of (await readdir(openMetrics).catch(() => [])).sort()) {
    const about = JSON.parse(await readFile(join(openMetrics, name, 'test.json'), 'utf8'))
    const text = await readFile(join(openMetrics, name, about.file ?? 'metrics'), 'utf8')
    cases.push(caseOf(`openmetrics/${name}`, text, 'openmetrics', about.shouldParse))
  }
  const promText = join(directory, 'prom-text')
  for (const name of (await readdir(promText).catch(() => [])).sort()) {
    const text = await readFile(join(promText, name), 'utf8')
    const dialect = name.endsWith('.om.txt') ? 'openmetrics' : 'text'
    cases.push(caseOf(`prom-text/${name}`, text, dialect, !name.includes('error')))
  }
  return cases
}

function caseOf(name: string, text: string, dialect: Dialect, isValid: boolean): Case {
  const read = readExposition(text, dialect, true)
  const reason = 'refused' in read ? read.refused : 'is taken, and should be refused'
  return 'refused' in read === isValid
    ? { name, isExperimental: false, outcome: 'failed', reason }
    : { name, isExperimental: false, outcome: 'passed' }
}
