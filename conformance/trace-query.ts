import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually, type RunningServer, startServer } from '../e2e/server.ts'
import type { TracesAnswer } from '../packages/protocol/src/index.ts'
import { type Case, tryCase } from './suite.ts'

/**
 * Jaeger's storage queries: the traces are sent to a running server over OTLP/HTTP, each query is written as a search,
 * asked of `/api/v1/traces` page by page, and must give the traces it names and no others. Durations are nanoseconds; a
 * Jaeger "tag" is looked for wherever one may be: on the span, its resource, scope, events and links.
 */
type JaegerQuery = {
  Caption: string
  Query: {
    ServiceName?: string
    OperationName?: string
    Tags?: Record<string, string | number | boolean> | null
    StartTimeMin: string
    StartTimeMax: string
    DurationMin?: number
    DurationMax?: number
    NumTraces?: number
  }
  ExpectedFixtures: string[]
}

export async function runTraceQuery(directory: string): Promise<Case[]> {
  const queries: JaegerQuery[] = JSON.parse(await readFile(join(directory, 'queries.json'), 'utf8'))
  const fixtures = await readFixtures(join(directory, 'traces'))
  const server = await startServer()
  try {
    for (const { text } of fixtures.values()) await send(server, text)
    const missing = await waitUntilStored(server, fixtures)
    const cases: Case[] = []
    for (const query of queries) {
      cases.push(await tryCase(query.Caption, () => missing ?? problemOf(server, query, fixtures)))
    }
    return cases
  } finally {
    await server.stop()
  }
}

type Fixture = { text: string; traceIds: string[]; spans: number }

async function readFixtures(directory: string): Promise<Map<string, Fixture>> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.json')).sort()
  const fixtures = new Map<string, Fixture>()
  for (const file of files) {
    const text = await readFile(join(directory, file), 'utf8')
    const ids = spansOf(JSON.parse(text)).map(({ traceId }) => traceId.toLowerCase())
    fixtures.set(file.replace(/\.json$/, ''), { text, traceIds: [...new Set(ids)], spans: ids.length })
  }
  return fixtures
}

type OtlpTraces = { resourceSpans: { scopeSpans: { spans?: { traceId: string }[] }[] }[] }

function spansOf({ resourceSpans }: OtlpTraces): { traceId: string }[] {
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans ?? []))
}

async function send(server: RunningServer, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${server.otlpHttp}/v1/traces`, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`Cannot send a trace: the server said ${response.status} ${await response.text()}`)
}

/** Undefined when all is there; else what is not. */
async function waitUntilStored(
  server: RunningServer,
  fixtures: ReadonlyMap<string, Fixture>,
): Promise<string | undefined> {
  for (const [name, { traceIds }] of fixtures) {
    for (const id of traceIds) {
      const isThere = await eventually(
        () =>
          server.ask(`/traces/${id}`).then(
            () => true,
            () => false,
          ),
        Boolean,
      )
      if (!isThere) return `trace ${id} of ${name} was sent and is not stored`
    }
  }
  return undefined
}

async function problemOf(
  server: RunningServer,
  { Query, ExpectedFixtures }: JaegerQuery,
  fixtures: ReadonlyMap<string, Fixture>,
): Promise<string> {
  const expected = ExpectedFixtures.flatMap((name) => fixtures.get(name)?.traceIds ?? [`(no fixture ${name})`]).sort()
  const q = searchOf(Query)
  const range = `from=${Math.floor(unixMs(Query.StartTimeMin))}&to=${Math.floor(unixMs(Query.StartTimeMax)) + 1}`
  const found: string[] = []
  const limit = Query.NumTraces ?? 1000
  let cursor = ''
  do {
    const page = `limit=${Math.min(limit, 1000)}${cursor === '' ? '' : `&cursor=${cursor}`}`
    const answer = await server.ask<TracesAnswer>(`/traces?q=${encodeURIComponent(q)}&${range}&${page}`)
    found.push(...answer.traces.map(({ traceId }) => traceId))
    cursor = answer.nextCursor ?? ''
  } while (cursor !== '' && found.length < limit)
  found.sort()
  if (found.join() === expected.join()) return ''
  return `${q} found ${found.join(', ') || 'nothing'} and should find ${expected.join(', ') || 'nothing'}`
}

const unixMs = (time: string): number => Date.parse(time)

function searchOf({ ServiceName, OperationName, Tags, DurationMin, DurationMax }: JaegerQuery['Query']): string {
  const terms: string[] = []
  if (ServiceName) terms.push(`service:${quoted(ServiceName)}`)
  if (OperationName) terms.push(`name:${quoted(OperationName)}`)
  for (const [key, value] of Object.entries(Tags ?? {})) terms.push(`${quoted(`any.${key}`)}:${quoted(String(value))}`)
  if (DurationMin) terms.push(`duration>=${DurationMin}ns`)
  if (DurationMax) terms.push(`duration<=${DurationMax}ns`)
  return terms.join(' ')
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
