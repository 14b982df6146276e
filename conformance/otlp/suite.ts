import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Signal } from '../../packages/server/src/ingest/decode/otlp-json.ts'
import { type Case, type Problem, tryCase } from '../suite.ts'
import { canonicalOfRequest, canonicalOfRows } from './canonical.ts'
import { arrivalNano, decodeJsonRequest } from './decode-request.ts'
import { jaegerProblem } from './jaeger.ts'
import { snapshotOf } from './snapshot.ts'

/**
 * OTLP: the specification's own examples and Jaeger's input must be accepted whole and read back equal, to the last
 * entry. HyperDX's cases say what another product stores: where that is what was sent it is a rule for us too,
 * where it is that product's policy (severity from text, attributes from bodies) it is experimental.
 */
export async function runOtlp(directory: string): Promise<Case[]> {
  const cases: Case[] = []
  for (const file of await names(join(directory, 'proto-examples')))
    cases.push(await readBackCase(directory, `proto-examples/${file}`))
  if ((await names(join(directory, 'jaeger'))).includes('otlp-in.json')) {
    cases.push(await readBackCase(directory, 'jaeger/otlp-in.json'))
    cases.push(await tryCase('jaeger/jaeger-out.json', () => jaegerProblem(join(directory, 'jaeger'))))
  }
  for (const suite of await names(join(directory, 'hyperdx')))
    for (const each of await names(join(directory, 'hyperdx', suite))) {
      const name = `hyperdx/${suite}/${each}`
      const isExperimental = policies.some((policy) => name.startsWith(`hyperdx/${policy}`))
      cases.push(await tryCase(name, () => snapshotProblem(join(directory, name)), isExperimental))
    }
  return cases
}

async function names(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort()
  } catch {
    return []
  }
}

const readBackCase = (directory: string, name: string): Promise<Case> =>
  tryCase(name, () => readBackProblem(join(directory, name)))

async function readBackProblem(path: string): Promise<string> {
  const body = await readFile(path)
  const request: Record<string, unknown> = JSON.parse(body.toString('utf8'))
  const decoded = decodeJsonRequest(signalOf(request), body)
  if ('refused' in decoded) return decoded.refused
  if (decoded.outcome.rejected > 0) return decoded.outcome.reason
  const sent = canonicalOfRequest(request, arrivalNano)
  const stored = canonicalOfRows(decoded.rows)
  if (stored.length === 0) return 'nothing was stored'
  const different = sent.findIndex((record) => !stored.some((other) => isDeepStrictEqual(record, other)))
  return different >= 0 || sent.length !== stored.length ? `record ${different} is not stored as it was sent` : ''
}

function signalOf(request: Record<string, unknown>): Signal {
  if ('resourceSpans' in request) return 'traces'
  return 'resourceLogs' in request ? 'logs' : 'metrics'
}

/** What another product does of its own accord. */
const policies = ['auto-parse/otel-map', 'auto-parse/json-string', 'normalize-severity/', 'severity-inference/']

async function snapshotProblem(directory: string): Promise<Problem> {
  const body = await readFile(join(directory, 'input.json'))
  const expected = (await readFile(join(directory, 'expected.snap'), 'utf8')).trim()
  const { columns }: { columns: string } = JSON.parse(await readFile(join(directory, 'expected-columns.json'), 'utf8'))
  const decoded = decodeJsonRequest(signalOf(JSON.parse(body.toString('utf8'))), body)
  if ('refused' in decoded) return decoded.refused
  const stored = snapshotOf(decoded.rows, columns)
  if (stored === undefined) return { skipped: `the columns "${columns}" are not known here` }
  return stored === expected ? '' : `stored ${firstLine(stored)}, expected ${firstLine(expected)}`
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 120)
}
