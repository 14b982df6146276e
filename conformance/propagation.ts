import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Baggage } from '../packages/sdk/src/context/baggage.ts'
import { listen } from '../packages/sdk/src/testing/listen.ts'
import { type Case, tryCase } from './suite.ts'

/** What a test of the W3C projects asserts of one value of the outgoing headers. */
type Expectation = { what: string; is?: string | number | null; is_not?: string | number }
type Header = [name: string, value: string]
type TraceTest = {
  test: string
  says: string
  requests: { headers: Header[] | null; expression?: string; expect?: Expectation[] }[]
}
type BaggageTest = { test: string; parse: string[]; expect: Expectation[] }

/**
 * W3C trace context and baggage, against examples/trace-context-service: a process of its own that is sent each test's
 * headers byte for byte, and calls back with its own.
 */
export async function runPropagation(directory: string): Promise<Case[]> {
  const traceTests = await readTests<TraceTest>(join(directory, 'w3c-trace-context.json'))
  const baggageTests = await readTests<BaggageTest>(join(directory, 'w3c-baggage.json'))
  if (traceTests.length + baggageTests.length === 0) return []
  const service = await startService()
  try {
    const cases: Case[] = []
    for (const test of traceTests) cases.push(await tryCase(test.test, () => runTraceTest(test, service)))
    for (const test of baggageTests) cases.push(await tryCase(test.test, () => runBaggageTest(test, service)))
    return cases
  } finally {
    service.stop()
  }
}

async function readTests<T>(path: string): Promise<T[]> {
  return existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) : []
}

async function runTraceTest({ says, requests }: TraceTest, service: Service): Promise<string> {
  const wrong: string[] = []
  // The one test without requests asks for several calls of one request: each is a span of its own.
  if (requests.length === 0) {
    const ids = (await service.call([], 3)).map(({ traceparent }) => outgoing(traceparent)?.parentId)
    if (new Set(ids).size !== 3 || ids.includes(undefined)) wrong.push(`three calls have the parents ${ids.join(', ')}`)
  }
  for (const { headers, expression, expect } of requests) {
    const sent = headers ?? computed(expression ?? '')
    const [got = {}] = await service.call(sent, 1)
    const parent = outgoing(got['traceparent'])
    if (parent === undefined) wrong.push(`the outgoing traceparent is "${got['traceparent']}"`)
    const state = String(got['tracestate'] ?? '')
    const isDiscarded = expect === undefined && says.includes('tracestate to be discarded')
    if (isDiscarded && state !== '') wrong.push(`tracestate "${state}" was not discarded`)
    const isInherited = headers === null && expect === undefined && says.includes('tracestate to be inherited')
    if (isInherited && state !== sent[1]?.[1]) wrong.push(`tracestate "${state}" is not what was sent`)
    const members = new Map(state.split(',').map((member) => splitAt(member, '=')))
    const values: Record<string, string | number | undefined> = {
      'traceparent.trace_id.hex()': parent?.traceId,
      'traceparent.parent_id.hex()': parent?.parentId,
      'len(tracestate)': state === '' ? 0 : members.size,
    }
    const read = (what: string) => {
      const key = /^tracestate\['(.*)'\]$/.exec(what)?.[1]
      return key === undefined ? values[what] : members.get(key)
    }
    wrong.push(...unmet(expect ?? [], read))
  }
  return wrong.join('; ')
}

/** The header as the service sent it on, and once more printed from its entries, must say the same. */
async function runBaggageTest({ parse, expect }: BaggageTest, service: Service): Promise<string> {
  const wrong: string[] = []
  for (const text of parse) {
    const [got = {}] = await service.call([['baggage', text]], 1)
    const forwarded = Baggage.parse(String(got['baggage'] ?? ''))
    const printed = Baggage.parse(new Baggage(new Map(forwarded?.getAllEntries())).print())
    for (const baggage of [forwarded, printed]) {
      const entries = (baggage?.getAllEntries() ?? []).map(([key, { value, metadata }]) => ({
        key,
        value,
        properties: (metadata?.toString() ?? '')
          .split(';')
          .filter((property) => property !== '')
          .map((property) => splitAt(property, '=')),
      }))
      wrong.push(...unmet(expect, (what) => baggageValue(what, entries)))
    }
  }
  return wrong.join('; ')
}

type Entry = { key: string; value: string; properties: [string, string | undefined][] }

/** `len(baggage.entries)`, `entry2.value`, `len(entry.properties)`, `entry1.properties[0].key`. */
function baggageValue(what: string, entries: readonly Entry[]): string | number | null | undefined {
  if (what === 'len(baggage.entries)') return entries.length
  const found = /entry(\d?)\.(key|value|properties)(?:\[(\d)\]\.(key|value))?/.exec(what)
  const entry = entries[Number(found?.[1] || 1) - 1]
  const [, , part, at, of] = found ?? []
  if (entry === undefined) return undefined
  if (part === 'key' || part === 'value') return entry[part]
  if (at === undefined) return entry.properties.length
  const [key, value] = entry.properties[Number(at)] ?? []
  return of === 'key' ? key : (value ?? null)
}

function unmet(expected: readonly Expectation[], read: (what: string) => unknown): string[] {
  return expected.flatMap(({ what, ...wanted }) => {
    const value = read(what)
    const isMet = 'is' in wanted ? value === wanted.is : value !== wanted.is_not
    return isMet ? [] : [`${what} is ${String(value)}, must ${'is' in wanted ? `be ${wanted.is}` : 'be another'}`]
  })
}

function splitAt(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at < 0 ? [text.trim(), undefined] : [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}

function outgoing(header: unknown): { traceId: string; parentId: string } | undefined {
  const found = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/.exec(String(header))
  return found === null ? undefined : { traceId: found[1] ?? '', parentId: found[2] ?? '' }
}

const charactersBetween = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i)).join('')

/** What W3C's tests name in the headers they compute: every character that is allowed, once each. */
const keyCharacters = `${charactersBetween(0x61, 0x7a)}${charactersBetween(0x30, 0x39)}_-*/`
const namedTexts: Readonly<Record<string, string>> = {
  key_without_vendor: keyCharacters,
  key_with_vendor: `${keyCharacters}@a-z0-9_-*/`,
  value: charactersBetween(0x20, 0x2b) + charactersBetween(0x2d, 0x3c) + charactersBetween(0x3e, 0x7e),
}

/** Headers as the tests compute them, in Python: a list of pairs of texts, which are written, named, repeated (`*`) and joined (`+`). */
function computed(expression: string): Header[] {
  const headers: Header[] = []
  for (const [, name = '', value = ''] of expression.matchAll(/\[\s*('[^']*')\s*,\s*([^[\]]+?)\s*\]/g))
    headers.push([textOf(name), textOf(value)])
  return headers
}

function textOf(expression: string): string {
  const terms = expression.match(/'[^']*'(?:\s*\*\s*\d+)?|\w+/g) ?? []
  return terms
    .map((term) => {
      const [, text, times = '1'] = /^'(.*)'(?:\s*\*\s*(\d+))?$/.exec(term) ?? []
      return text === undefined ? (namedTexts[term] ?? '') : text.replaceAll('\\t', '\t').repeat(Number(times))
    })
    .join('')
}

type Service = {
  /** Sends these headers and has the service call back so many times: the headers of each call. */
  call(headers: readonly Header[], calls: number): Promise<IncomingHttpHeaders[]>
  stop(): void
}

async function startService(): Promise<Service> {
  const seen: IncomingHttpHeaders[] = []
  const receiver = createServer((request, response) => {
    seen.push(request.headers)
    request.resume()
    request.on('end', () => response.end('{}'))
  })
  const port = await listen(receiver)
  const free = createServer()
  const servicePort = await listen(free)
  free.close()
  // The service runs from source: what the SDK loads on demand is there only when it is built.
  const onDemand = new URL('../packages/sdk/src/bundled.ts', import.meta.url).href
  const main = join(import.meta.dirname, '..', 'examples', 'trace-context-service', 'src', 'main.mjs')
  const child = spawn(
    process.execPath,
    ['--conditions=wakeline-source', '--import', 'tsx', '--import', onDemand, main],
    {
      env: { ...process.env, PORT: String(servicePort), OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  await ready(child)
  return {
    call: async (headers, calls) => {
      seen.length = 0
      const asked = { url: `http://127.0.0.1:${port}/called`, arguments: [] }
      await post(servicePort, headers, JSON.stringify(Array.from({ length: calls }, () => asked)))
      return [...seen]
    },
    stop: () => {
      child.kill('SIGKILL')
      receiver.close()
      receiver.closeAllConnections()
    },
  }
}

async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('Cannot read what the service says: it has no stdout')
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('Cannot start examples/trace-context-service'))),
  ])
}

/** Over a socket of its own: an HTTP client would trim values, join what is sent twice, and refuse what is not valid. */
async function post(port: number, headers: readonly Header[], body: string): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.write(
    `POST /test HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n${lines}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  let answer = ''
  socket.setEncoding('utf8').on('data', (part: string) => {
    answer += part
  })
  await once(socket, 'close')
  if (!answer.startsWith('HTTP/1.1 200')) throw new Error(`Cannot test propagation: ${answer.split('\r\n')[0]}`)
}
