import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dialect } from '../packages/server/src/ingest/exposition/exposition.ts'
import { checkMetrics } from '../packages/server/src/main/check-metrics.ts'
import { type Case, tryCase } from './suite.ts'

/** What the strict readers of the two text formats must take and must refuse. */
export async function runExposition(directory: string): Promise<Case[]> {
  const cases: Case[] = []
  const openMetrics = join(directory, 'openmetrics')
  for (const name of (await readdir(openMetrics).catch(() => [])).sort()) {
    const problem = async (): Promise<string> => {
      const about = JSON.parse(await readFile(join(openMetrics, name, 'test.json'), 'utf8'))
      const bytes = await readFile(join(openMetrics, name, about.file ?? 'metrics'))
      return problemOf(bytes, 'openmetrics', about.shouldParse)
    }
    cases.push(await tryCase(`openmetrics/${name}`, problem))
  }
  const promText = join(directory, 'prom-text')
  for (const name of (await readdir(promText).catch(() => [])).sort()) {
    const dialect = name.endsWith('.om.txt') ? 'openmetrics' : 'text'
    const problem = async (): Promise<string> =>
      problemOf(await readFile(join(promText, name)), dialect, !name.includes('error'))
    cases.push(await tryCase(`prom-text/${name}`, problem))
  }
  return cases
}

function problemOf(bytes: Uint8Array, dialect: Dialect, isValid: boolean): string {
  const read = checkMetrics(bytes, dialect)
  if ('refused' in read) return isValid ? read.refused : ''
  return isValid ? '' : 'is taken, and should be refused'
}
