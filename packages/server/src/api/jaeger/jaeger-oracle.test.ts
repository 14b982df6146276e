import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Random, randomOf } from '../../../../protocol/src/random.case.ts'
import { seedEndMs, seedStartMs } from '../../query/test-world/seed.case.ts'
import { sendInto } from '../../query/test-world/sent.case.ts'
import { openTestWorld, type TestWorld } from '../../query/test-world/world.case.ts'
import { tempoRoutes } from '../tempo/tempo.ts'
import { openTurns } from '../turns.ts'
import { jaegerQuestions, jaegerRoutes } from './jaeger.ts'

/**
 * Random traces, and the answers of Jaeger's and Tempo's APIs worked out from what was sent: a plain reading of what Jaeger makes of
 * OTLP (its translator, and the search of its memory storage).
 */

type Value = Record<string, unknown>
type Pair = { key: string; value: Value }
type Link = { traceId: string; spanId: string; attributes: Pair[] }
type Event = { timeUnixNano: string; name: string; attributes: Pair[] }
type Sent = {
  service: string
  host: string
  scope: string
  traceId: string
  spanId: string
  parentSpanId: string
  traceState: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Pair[]
  events: Event[]
  links: Link[]
  status: { code: number; message: string }
}

const seed = 31
const random = randomOf(seed)
const kinds = ['', 'internal', 'server', 'client', 'producer', 'consumer']
const hex = (digits: number): string => Array.from({ length: digits }, () => random.below(16).toString(16)).join('')
const text = (stringValue: string): Value => ({ stringValue })

function attributesOf({ below, pick }: Random): Pair[] {
  const possible: Pair[] = [
    { key: 'http.method', value: text(pick(['GET', 'POST'])) },
    { key: 'code', value: { intValue: String(pick([200, 500])) } },
    { key: 'large', value: { intValue: '9007199254740993' } },
    { key: 'ratio', value: { doubleValue: pick([0.5, 2]) } },
    { key: 'ok', value: { boolValue: below(2) === 0 } },
    { key: 'raw', value: { bytesValue: 'AQID' } },
    { key: 'list', value: { arrayValue: { values: [text('a'), { intValue: '1' }, { boolValue: true }] } } },
    { key: 'deep', value: { kvlistValue: { values: [{ key: 'a', value: { doubleValue: 0.25 } }] } } },
  ]
  return possible.filter(() => below(3) === 0)
}

function traceOf(before: readonly Sent[]): Sent[] {
  const { below, pick } = random
  const traceId = hex(32)
  const startNano = BigInt(seedStartMs + below(600_000)) * 1_000_000n + BigInt(below(1_000_000))
  const spans: Sent[] = []
  for (let count = 1 + below(5); count > 0; count -= 1) {
    const parent = spans.length === 0 || below(8) === 0 ? undefined : pick(spans)
    const at = startNano + BigInt(below(50_000_000))
    const other = before.length === 0 ? [] : [pick(before)]
    const links = [...(below(3) === 0 ? other : []), ...(parent !== undefined && below(5) === 0 ? [parent] : [])]
    spans.push({
      service: pick(['cart', 'pay "é"', 'shop']),
      host: pick(['h1', 'h2']),
      scope: pick(['', 'lib']),
      traceId,
      spanId: hex(16),
      parentSpanId: parent?.spanId ?? (below(8) === 0 ? hex(16) : ''),
      traceState: pick(['', 'a=b']),
      name: pick(['GET /', 'charge', 'x:y "z"']),
      kind: below(6),
      startTimeUnixNano: String(at),
      endTimeUnixNano: String(at + BigInt(below(2_000_000_000))),
      attributes: attributesOf(random),
      events: Array.from({ length: below(3) }, () => ({
        timeUnixNano: String(at + BigInt(below(1_000_000))),
        name: pick(['', 'exception']),
        attributes: [...attributesOf(random), ...(below(3) === 0 ? [{ key: 'event', value: text('own') }] : [])],
      })),
      links: links.map((link) => ({
        traceId: link.traceId,
        spanId: link.spanId,
        attributes: below(2) === 0 ? [] : [{ key: 'opentracing.ref_type', value: text(pick(['child_of', 'x'])) }],
      })),
      status: { code: below(3), message: pick(['', 'declined']) },
    })
  }
  return spans
}

const sent: Sent[] = []
for (let count = 0; count < 60; count += 1) sent.push(...traceOf(sent))
const ids = [...new Set(sent.map(({ traceId }) => traceId))]

const resourceOf = ({ service, host }: Sent): Pair[] => [
  { key: 'service.name', value: text(service) },
  { key: 'host.name', value: text(host) },
  { key: 'argv', value: { arrayValue: { values: [text('node'), text(host)] } } },
]

let world: TestWorld
const app = new Hono()
beforeAll(async () => {
  world = await openTestWorld()
  const resourceSpans = sent.map((span) => {
    const { service: _, host: __, scope, ...rest } = span
    return {
      resource: { attributes: resourceOf(span) },
      scopeSpans: [{ scope: { name: scope, version: scope === '' ? '' : '2' }, spans: [rest] }],
    }
  })
  await sendInto(world, 'traces', { resourceSpans })
  const turns = openTurns({ atOnceMax: 4, waitingMax: 10 })
  const parts = { query: world.query, turns, nowUnixMs: () => seedEndMs, report: () => {} }
  app.route('/jaeger', jaegerRoutes(jaegerQuestions(parts)))
  app.route('/tempo', tempoRoutes(parts))
})
afterAll(() => world?.close())

/** A value as plain JSON. */
function plain(value: Value): unknown {
  const [kind = '', held] = Object.entries(value)[0] ?? []
  const values: Pair[] = Object(held).values
  if (kind === 'intValue') return Number(held)
  if (kind === 'arrayValue') return values.map((each) => plain(Object(each)))
  if (kind === 'kvlistValue') return Object.fromEntries(values.map((each) => [each.key, plain(each.value)]))
  return held
}

const types: Record<string, string> = {
  boolValue: 'bool',
  intValue: 'int64',
  doubleValue: 'float64',
  bytesValue: 'binary',
}

function pairs(attributes: readonly Pair[]): object[] {
  return attributes.map(({ key, value }) => {
    const [kind = '', held] = Object.entries(value)[0] ?? []
    const number = Number(held)
    if (kind === 'intValue') return { key, type: 'int64', value: Number.isSafeInteger(number) ? number : held }
    const isText = kind === 'arrayValue' || kind === 'kvlistValue'
    return { key, type: types[kind] ?? 'string', value: isText ? JSON.stringify(plain(value)) : held }
  })
}

const own = (key: string, value: string | boolean): object[] =>
  value === '' ? [] : [{ key, type: typeof value === 'boolean' ? 'bool' : 'string', value }]
const inOrder = (list: readonly object[]): string[] => list.map((each) => JSON.stringify(each)).sort()
const micros = (nano: string): number => Number(BigInt(nano) / 1000n)

/** A span as Jaeger has it, its lists without an order. */
function wantedSpan(span: Sent): object {
  const { traceId: traceID, parentSpanId, status, events } = span
  const links = span.links.map(({ traceId, spanId, attributes }) => {
    const said = attributes.find(({ key }) => key === 'opentracing.ref_type')?.value['stringValue']
    return { refType: said === 'child_of' ? 'CHILD_OF' : 'FOLLOWS_FROM', traceID: traceId, spanID: spanId }
  })
  const toParent = links.filter(({ traceID: id, spanID }) => id === traceID && spanID === parentSpanId)
  const refType = toParent.at(-1)?.refType ?? 'CHILD_OF'
  const parent = parentSpanId === '' ? [] : [{ refType, traceID, spanID: parentSpanId }]
  return {
    spanID: span.spanId,
    operationName: span.name,
    references: [...parent, ...links.filter((link) => !toParent.includes(link))],
    startTime: micros(span.startTimeUnixNano),
    duration: Number((BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1000n),
    tags: inOrder([
      ...pairs(span.attributes),
      ...['scope', 'library'].flatMap((word) => own(`otel.${word}.name`, span.scope)),
      ...['scope', 'library'].flatMap((word) => own(`otel.${word}.version`, span.scope === '' ? '' : '2')),
      ...own('span.kind', kinds[span.kind] ?? ''),
      ...own('otel.status_code', ['', 'OK', 'ERROR'][status.code] ?? ''),
      ...(status.code === 2 ? own('error', true) : []),
      ...own('otel.status_description', status.message),
      ...own('w3c.tracestate', span.traceState),
    ]),
    logs: events.map(({ timeUnixNano, name, attributes }) => ({
      timestamp: micros(timeUnixNano),
      fields: inOrder([
        ...(attributes.some(({ key }) => key === 'event') ? [] : own('event', name)),
        ...pairs(attributes),
      ]),
    })),
    process: { serviceName: span.service, tags: inOrder(pairs(resourceOf(span).slice(1))) },
    warnings: null,
  }
}

type Told = {
  traceID: string
  spans: (Record<string, unknown> & {
    spanID: string
    tags: object[]
    logs: { timestamp: number; fields: object[] }[]
  })[]
  processes: Record<string, { serviceName: string; tags: object[] }>
}

function toldSpans({ spans, processes }: Told): object[] {
  return spans.map(({ traceID: _, flags: __, processID, tags, logs, ...span }) => {
    const { serviceName = '', tags: ofProcess = [] } = processes[String(processID)] ?? {}
    return {
      ...span,
      tags: inOrder(tags),
      logs: logs.map(({ timestamp, fields }) => ({ timestamp, fields: inOrder(fields) })),
      process: { serviceName, tags: inOrder(ofProcess) },
    }
  })
}

const bySpan = (spans: readonly object[]): object[] =>
  spans.toSorted((a, b) => (String(Object(a).spanID) < String(Object(b).spanID) ? -1 : 1))

async function ask(path: string): Promise<{ data: Told[] }> {
  return JSON.parse(await (await app.request(path)).text())
}

test('a trace by its id has every span as it was sent', async () => {
  for (const id of ids.slice(0, 30)) {
    const { data } = await ask(`/jaeger/traces/${id}`)
    expect(data).toHaveLength(1)
    const wanted = sent.filter(({ traceId }) => traceId === id).map(wantedSpan)
    expect(bySpan(toldSpans(data[0] ?? { traceID: '', spans: [], processes: {} }))).toEqual(bySpan(wanted))
  }
})

/** A search, and whether a span is found by it. */
function searchOf({ below, pick }: Random): { search: URLSearchParams; finds: (span: Sent) => boolean } {
  const tests: ((span: Sent) => boolean)[] = []
  const search = new URLSearchParams()
  const given = (name: string, value: string, finds: (span: Sent) => boolean): void => {
    search.append(name, value)
    tests.push(finds)
  }
  const service = pick(['cart', 'pay "é"', 'shop'])
  given('service', service, (span) => span.service === service)
  const operation = pick(['GET /', 'charge', 'x:y "z"'])
  if (below(3) === 0) given('operation', operation, ({ name }) => name === operation)
  const lasts = (span: Sent): bigint => BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)
  const ms = below(1500)
  if (below(3) === 0) given('minDuration', `${ms}ms`, (span) => lasts(span) >= BigInt(ms) * 1_000_000n)
  if (below(3) === 0)
    given('maxDuration', `${ms + 400}.5ms`, (span) => lasts(span) <= BigInt(ms + 400) * 1_000_000n + 500_000n)
  const startMs = seedStartMs + below(300_000)
  given('start', `${startMs}000`, (span) => BigInt(span.startTimeUnixNano) >= BigInt(startMs) * 1_000_000n)
  const endMs = startMs + 1 + below(300_000)
  given('end', `${endMs}999`, (span) => BigInt(span.startTimeUnixNano) < BigInt(endMs + 1) * 1_000_000n)
  const tags: [string, string][] = [
    ['http.method', 'GET'],
    ['code', '500'],
    ['ratio', '0.5'],
    ['ok', 'true'],
    ['host.name', 'h1'],
    ['error', 'true'],
    ['span.kind', 'client'],
    ['otel.status_code', 'OK'],
  ]
  const chosen = tags.filter(() => below(7) === 0)
  const hasTag = (span: Sent, key: string, value: string): boolean => {
    if (key === 'error') return span.status.code === 2
    if (key === 'span.kind') return kinds[span.kind] === value
    if (key === 'otel.status_code') return span.status.code === 1
    return [...span.attributes, ...resourceOf(span)].some(
      (each) => each.key === key && String(plain(each.value)) === value,
    )
  }
  tests.push((span) => chosen.every(([key, value]) => hasTag(span, key, value)))
  if (below(2) === 0) search.set('tags', JSON.stringify(Object.fromEntries(chosen)))
  else for (const [key, value] of chosen) search.append('tag', `${key}:${value}`)
  return { search, finds: (span) => tests.every((each) => each(span)) }
}

test('a search finds the traces with a span that meets all of it, the newest first', async () => {
  let found = 0
  for (let round = 0; round < 50; round += 1) {
    const { search, finds } = searchOf(random)
    const limit = 1 + random.below(40)
    search.set('limit', String(limit))
    const newest = new Map<string, bigint>()
    for (const span of sent.filter(finds)) {
      const at = BigInt(span.startTimeUnixNano)
      if (at > (newest.get(span.traceId) ?? 0n)) newest.set(span.traceId, at)
    }
    const wanted = [...newest].sort(([, a], [, b]) => (a < b ? 1 : -1)).map(([id]) => id)
    const { data } = await ask(`/jaeger/traces?${search}`)
    expect([seed, String(search), data.map(({ traceID }) => traceID)]).toEqual([
      seed,
      String(search),
      wanted.slice(0, limit),
    ])
    found += wanted.length
  }
  expect(found).toBeGreaterThan(60)
})

test('Tempo has each span as it was sent', async () => {
  type Trace = { resourceSpans: { resource: { attributes: Pair[] }; scopeSpans: { spans: Sent[] }[] }[] }
  for (const id of ids.slice(0, 30)) {
    const { resourceSpans }: Trace = JSON.parse(await (await app.request(`/tempo/traces/${id}`)).text())
    const told = resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, resource: inOrder(resource.attributes) }))),
    )
    const wanted = sent
      .filter(({ traceId }) => traceId === id)
      .map(({ service, host, scope, attributes, events, links, ...span }) => ({
        ...span,
        resource: inOrder(resourceOf({ service, host, scope, attributes, events, links, ...span })),
        events: events.length,
        links: links.length,
        attributes: inOrder(attributes),
      }))
    const short = told.map(({ attributes, events, links, ...span }) => ({
      ...span,
      events: events.length,
      links: links.length,
      attributes: inOrder(attributes),
    }))
    const key = ({ spanId }: { spanId: string }): string => spanId
    expect(short.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))).toMatchObject(
      wanted.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)),
    )
  }
})

test('dependencies are the calls that one service answers for another, as on the service map', async () => {
  const answer = await app.request(`/jaeger/dependencies?endTs=${seedEndMs + 60_000}&lookback=900000`)
  const { data }: { data: { parent: string; child: string; callCount: number }[] } = JSON.parse(await answer.text())
  const wanted = new Map<string, number>()
  for (const span of sent) {
    const parent = sent.find(({ traceId, spanId }) => traceId === span.traceId && spanId === span.parentSpanId)
    const isAnswer = kinds[span.kind] === 'server' || kinds[span.kind] === 'consumer'
    if (parent === undefined || parent.service === span.service || !isAnswer) continue
    const edge = `${parent.service} -> ${span.service}`
    wanted.set(edge, (wanted.get(edge) ?? 0) + 1)
  }
  const told = data.map(({ parent, child, callCount }) => [`${parent} -> ${child}`, callCount] as const)
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(wanted))
})
