import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Signal } from '../../packages/server/src/ingest/decode/otlp-json.ts'
import type { Case } from '../suite.ts'
import { canonicalOfRequest, canonicalOfRows } from './canonical.ts'
import { arrivalNano, decodeJsonRequest } from './decode-request.ts'
import { jaegerCase } from './jaeger.ts'
import { snapshotOf } from './snapshot.ts'

/**
 * OTLP: the specification's own examples and Jaeger's input must be accepted whole and read back equal, to the last
 * entry. HyperDX's cases say what another product stores: where that is what was sent it is a rule for us too,
 * where it is that product's policy (severity from text, attributes from bodies) it is experimental.
 */
export async function runOtlp(directory: string): Promise<Case[]> {
  const cases: Case[] = []
  for (const file of await names(join(directory, 'proto-examples')))
    cases.push(await readBackCase(`proto-examples/${file}`, join(directory, 'proto-examples', file)))
  if ((await names(join(directory, 'jaeger'))).includes('otlp-in.json')) {
    cases.push(await readBackCase('jaeger/otlp-in.json', join(directory, 'jaeger', 'otlp-in.json')))
    cases.push(await jaegerCase(join(directory, 'jaeger')))
  }
  for (const suite of await names(join(directory, 'hyperdx')))
    for (const name of await names(join(directory, 'hyperdx', suite)))
      cases.push(await snapshotCase(`${suite}/${name}`, join(directory, 'hyperdx', suite, name)))
  return cases
}

async function names(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort()
  } catch {
    return []
  }
}

async function readBackCase(name: string, path: string): Promise<Case> {
  const body = await readFile(path)
  const request: Record<string, unknown> = JSON.parse(body.toString('utf8'))
  const decoded = decodeJsonRequest(signalOf(request), body)
  const fail = (reason: string): Case => ({ name, isExperimental: false, outcome: 'failed', reason })
  if ('refused' in decoded) return fail(decoded.refused)
  if (decoded.outcome.rejected > 0) return fail(decoded.outcome.reason)
  const sent = canonicalOfRequest(request, arrivalNano)
  const stored = canonicalOfRows(decoded.rows)
  if (stored.length === 0) return fail('nothing was stored')
  const different = sent.findIndex((record) => !stored.some((other) => isDeepStrictEqual(record, other)))
  if (different >= 0 || sent.length !== stored.length) return fail(`record ${different} is not stored as it was sent`)
  return { name, isExperimental: false, outcome: 'passed' }
}

function signalOf(request: Record<string, unknown>): Signal {
  if ('resourceSpans' in request) return 'traces'
  return 'resourceLogs' in request ? 'logs' : 'metrics'
}

/** What another product does of its own accord. */
const policies = ['auto-parse/otel-map', 'auto-parse/json-string', 'normalize-severity/', 'severity-inference/']

async function snapshotCase(name: string, directory: string): Promise<Case> {
  const isExperimental = policies.some((policy) => name.startsWith(policy))
  const body = await readFile(join(directory, 'input.json'))
  const expected = (await readFile(join(directory, 'expected.snap'), 'utf8')).trim()
  const { columns }: { columns: string } = JSON.parse(await readFile(join(directory, 'expected-columns.json'), 'utf8'))
  const decoded = decodeJsonRequest(signalOf(JSON.parse(body.toString('utf8'))), body)
  const full = `hyperdx/${name}`
  if ('refused' in decoded) return { name: full, isExperimental, outcome: 'failed', reason: decoded.refused }
  const stored = snapshotOf(decoded.rows, columns)
  if (stored === undefined)
    return { name: full, isExperimental, outcome: 'skipped', reason: `the columns "${columns}" are not known here` }
  if (stored === expected) return { name: full, isExperimental, outcome: 'passed' }
  return {
    name: full,
    isExperimental,
    outcome: 'failed',
    reason: `stored ${firstLine(stored)}, expected ${firstLine(expected)}`,
  }
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 120)
}
