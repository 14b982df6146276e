import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { openAsk } from '@wakeline/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Api, startApi } from '../api/api.ts'
import { testApi } from '../api/test-api.case.ts'
import { openTurns } from '../api/turns.ts'
import { seedEndMs, seedStartMs, seedTraceId } from '../query/test-world/seed.case.ts'
import { openSeededWorld, type TestWorld } from '../query/test-world/world.case.ts'
import { openMcpServer } from './mcp-server.ts'

const token = 'agents-need-it-too'
const at = { from: String(seedStartMs), to: String(seedEndMs) }
let world: TestWorld
let api: Api
let overHttp: Client
let overPipe: Client

beforeAll(async () => {
  world = await openSeededWorld()
  api = await startApi({ ...testApi(world.query), token, turns: openTurns({ atOnceMax: 4, waitingMax: 100 }) })
  const headers = { authorization: `Bearer ${token}` }
  overHttp = new Client({ name: 'test', version: '0' })
  const url = new URL('/mcp', api.url)
  // The transport's optional members are typed as possibly undefined, which exact optional types refuse.
  await overHttp.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }) as never)
  overPipe = new Client({ name: 'test', version: '0' })
  const [near, far] = InMemoryTransport.createLinkedPair()
  const ask = openAsk((path, init) =>
    fetch(api.url + String(path), { ...init, headers: { ...init?.headers, ...headers } }),
  )
  await openMcpServer({ ask, version: '0', nowUnixMs: () => seedEndMs }).connect(far)
  await overPipe.connect(near)
})
afterAll(async () => {
  await overHttp?.close()
  await overPipe?.close()
  await api?.stop()
  await world?.close()
})

/** Answers are told as text. */
function textOf(answer: object): string {
  const told: { content: { text: string }[] } = JSON.parse(JSON.stringify(answer))
  return told.content.map(({ text }) => text).join('')
}

test('every tool says that it only reads', async () => {
  const { tools } = await overHttp.listTools()
  expect(tools.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['list_services', 'search_logs', 'search_traces', 'get_trace', 'query_metrics', 'explain']),
  )
  expect(tools.filter(({ annotations }) => annotations?.readOnlyHint !== true)).toEqual([])
})

test.each([
  ['list_services', at, /service +requests\/s +errors/],
  ['find_trace_problems', { service: 'checkout', ...at }, /No problem was found. Looked at 60 of 60 traces/],
  [
    'why_slow',
    { service: 'web', from: String(seedStartMs + 300_000), to: String(seedEndMs) },
    /^A mean request to web took/,
  ],
  ['search_traces', { ...at, order: 'slowest' }, new RegExp(seedTraceId(59))],
  ['get_trace', { trace_id: seedTraceId(59), attributes: 'all' }, /█/],
  ['search_logs', { ...at, search: 'level>=error' }, / ERROR /],
  [
    'search_logs',
    { ...at, search: 'level:warn or level:fatal' },
    /No record.*\n"or" was looked for as a word; .*: level:warn OR/,
  ],
  [
    'log_patterns',
    { ...at, search: 'level>=error' },
    /lines +share.*\n +20 +100.0 %.* error +Card declined for order-<\*>/,
  ],
  ['list_errors', at, /count .*\n +20 .* card declined/],
  ['list_keys', { ...at, signal: 'spans' }, /\(\d+\)/],
  ['list_metrics', at, /metric +kind +unit/],
  ['query_metrics', { expression: '1 + 1', ...at }, /^2$/],
  ['count_records', { ...at, signal: 'logs', search: '| count by (service)' }, /^service +count\ncheckout +\d+/],
  ['explain', { ...at, search: 'level>=error' }, /^At most \d+ rows.*reads \d+ rows of logs.*SELECT/s],
  ['explain', { ...at, of: 'table', signal: 'spans', search: '* | count by (service)' }, /of spans.*GROUP BY/s],
])('%s answers the same over HTTP and over a pipe', async (name, input, pattern) => {
  const answer = textOf(await overHttp.callTool({ name, arguments: input }))
  expect(answer).toMatch(pattern)
  expect(textOf(await overPipe.callTool({ name, arguments: input }))).toBe(answer)
})

test.each([
  ['search_logs', { search: 'level>=' }, /Cannot read this search.*\n {2}level>=\n {9}\^$/],
  ['search_logs', { last: 'soon' }, /"soon" is not a duration/],
  ['count_records', { signal: 'logs', search: '| cuont' }, /Cannot read this search/],
  ['explain', { of: 'traces', search: '(' }, /Cannot read this search/],
  ['query_metrics', { expression: 'sum(' }, /unclosed left parenthesis\n {2}sum\(\n {6}\^$/],
  ['get_trace', { trace_id: 'x' }, /32 hex digits/],
])('%s %j is refused with a sentence the agent can act on', async (name, input, sentence) => {
  const answer = await overHttp.callTool({ name, arguments: input })
  expect(answer.isError).toBe(true)
  expect(textOf(answer)).toMatch(sentence)
})

test('without the token nothing is told', async () => {
  const response = await fetch(new URL('/mcp', api.url), { method: 'POST', body: '{}' })
  expect(response.status).toBe(401)
})
