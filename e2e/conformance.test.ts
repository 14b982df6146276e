import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { isInstalled } from './prometheus-over.ts'

/**
 * The suites themselves, over folders of our own with a case that passes and one that does not: their usual data is not in
 * the repository, and one suite had broken without anyone noticing.
 */
type Told = { passed: number; failed: number; skipped: number }
const suites: readonly { name: string; files: Record<string, unknown>; needs?: string; expected: Partial<Told> }[] = [
  {
    name: 'promql',
    files: { 'own.test': 'load 1m\n  a 1 2\n\neval instant at 1m a + 1\n  {} 3\n\neval instant at 1m a\n  a 4\n' },
    expected: { passed: 1, failed: 1 },
  },
  {
    name: 'promql-parse',
    files: { 'parse.json': [{ query: 'a', valid: true }], 'print.json': [{ in: 'a+1', out: 'a+1' }] },
    expected: { passed: 1, failed: 1 },
  },
  {
    name: 'promql-compliance',
    files: { 'queries.json': [{ query: 'sum by (mode) (demo_cpu_usage_seconds_total)' }, { query: 'absent(up' }] },
    needs: 'promtool',
    expected: { passed: 2 },
  },
  {
    name: 'dashboards',
    files: { 'own.json': { panels: [{ targets: [{ expr: 'rate(a[$__rate_interval])' }, { expr: 'rate(a)' }] }] } },
    expected: { passed: 1, failed: 1 },
  },
  {
    name: 'log-patterns',
    files: {
      'own_structured.csv':
        'LineId,Content,EventId\n1,"took 1, 2",E1\n2,"took 3, 4",E1\n3,hit,E2\n4,miss,E3\n5,hit,E3\n',
    },
    expected: { passed: 2, failed: 3 },
  },
  {
    name: 'slo',
    files: { 'spec/own.json': { version: 'wakeline/v1' }, 'spec/bad.json': { version: 'wakeline/v1' } },
    expected: { passed: 1, failed: 1 },
  },
  {
    name: 'log-query',
    files: { 'lucene-queries.json': ['card AND declined', 'card AND (', 'card~0.8'] },
    expected: { passed: 1, failed: 1, skipped: 1 },
  },
]

test.each(suites)('the suite $name tells what passes from what does not', async ({ name, files, needs, expected }) => {
  const directory = mkdtempSync(join(tmpdir(), 'wakeline-suite-'))
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), typeof content === 'string' ? content : JSON.stringify(content))
    }
    const told = await runSuite(name, directory)
    const isSkipped = needs !== undefined && !isInstalled(needs)
    expect(told).toMatchObject(isSkipped ? { skipped: 2 } : expected)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

/** In a process of its own, because the engine binds one directory to a process. */
async function runSuite(name: string, data: string): Promise<Told> {
  const main = join(import.meta.dirname, '..', 'conformance', 'main.ts')
  const flags = ['--import', 'tsx', '--conditions=wakeline-source', main, name, '--data', data, '--json']
  const { stdout } = await promisify(execFile)(process.execPath, flags)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}
