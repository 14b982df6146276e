import { criticalPath, LogPatterns, openSchedule, type ProblemSpan, traceProblems, traceTree } from '@wakeline/analysis'
import { randomOf } from '../packages/protocol/src/random.case.ts'
import { costRow, median, type Row, soloRow } from './rows.ts'

/**
 * What analysis costs in CPU time of the process, its collections included. Targets are those of the study: 2 us a span for
 * all detectors of problems, half a second for a critical path of 100,000 spans, 4 us for a log line's pattern.
 *
 *   own statements   100,000 calls below one span, each with literals of its own: the dearest that can come
 *   services         requests of four services, calls of a database and of one another, from 60 places of the code
 *   chain            each span below the one before
 */
const spanCount = 100_000
const lineCount = 100_000
const rounds = 7

export function benchAnalysis(): Row[] {
  const shapes = { 'own statements': ownStatements(), services: services(), chain: chain() }
  return [
    ...Object.entries(shapes).flatMap(([shape, spans]) => {
      const { roots, rows } = traceTree(spans)
      const problems = medianMicroseconds(() => traceProblems(rows, roots))
      const path = medianMicroseconds(() => criticalPath(roots))
      const tree = medianMicroseconds(() => traceTree(spans))
      const schedule = medianMicroseconds(() => openSchedule(roots).savedNano(rows.slice(-1), 0.5))
      return [
        costRow(`info: problems a span, ${shape} (target 2 us)`, problems / spans.length, 2, 'us'),
        costRow(`info: critical path of 100,000 spans, ${shape} (target 500 ms)`, path / 1000, 500, 'ms'),
        soloRow(`tree of 100,000 spans, ${shape}`, tree / 1000, 'ms'),
        soloRow(`schedule of 100,000 spans and a question, ${shape}`, schedule / 1000, 'ms'),
      ]
    }),
    costRow('info: pattern of a log line (target 4 us)', patternMicroseconds(), 4, 'us'),
  ]
}

function medianMicroseconds(run: () => unknown): number {
  const times = Array.from({ length: rounds }, () => {
    const started = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(started)
    return user + system
  })
  // The first runs are those of a program that was not yet translated.
  return median(times.slice(2))
}

function patternMicroseconds(): number {
  const lines = logLines()
  return (
    medianMicroseconds(() => {
      const patterns = new LogPatterns()
      for (const line of lines) patterns.add(line)
    }) / lines.length
  )
}

type Told = Pick<ProblemSpan, 'service' | 'kind' | 'name' | 'attributes'>

function spanOf(id: number, parent: number, fromMicro: number, microseconds: number, told: Told): ProblemSpan {
  return {
    spanId: id.toString(16).padStart(16, '0'),
    parentSpanId: parent === 0 ? '' : parent.toString(16).padStart(16, '0'),
    startUnixNano: String(1_760_000_000_000_000_000n + BigInt(fromMicro * 1000)),
    durationNano: microseconds * 1000,
    status: 'unset',
    ...told,
  }
}

function ownStatements(): ProblemSpan[] {
  const root = { service: 'shop', kind: 'server', name: 'GET /cart', attributes: {} }
  const spans = [spanOf(1, 0, 0, spanCount * 10, root)]
  for (let id = 2; id <= spanCount; id++) {
    const statement = `SELECT id, title FROM items_${id % 97} WHERE cart = ${id} AND owner = 'user-${id}' LIMIT 20`
    spans.push(spanOf(id, 1, id * 10 - 15, 9, databaseCall(statement)))
  }
  return spans
}

function databaseCall(statement: string): Told {
  return {
    service: 'shop',
    kind: 'client',
    name: 'SELECT items',
    attributes: { ...usualAttributes, 'db.system.name': 'postgresql', 'db.query.text': statement },
  }
}

const usualAttributes = {
  'thread.id': '7',
  'code.function.name': 'load',
  'server.address': 'db.example',
  'server.port': 5432,
  'network.transport': 'tcp',
}

function services(): ProblemSpan[] {
  const { number: random } = randomOf(42)
  const spans: ProblemSpan[] = []
  let at = 0
  while (spans.length < spanCount) at = addRequest(spans, at, random)
  return spans.slice(0, spanCount)
}

/** A request of one service that asks its database five times and the next service twice. Answers when it ended. */
function addRequest(spans: ProblemSpan[], fromMicro: number, random: () => number, depth = 0, parent = 0): number {
  const service = `service-${depth}`
  const id = spans.length + 1
  const route = `/things/:id/part${Math.floor(random() * 8)}`
  const server = { service, kind: 'server', name: `GET ${route}`, attributes: { 'http.request.method': 'GET' } }
  const own = spanOf(id, parent, fromMicro, 0, server)
  spans.push(own)
  let at = fromMicro + 20
  for (let call = 0; call < 5; call++) {
    const place = Math.floor(random() * 40)
    const statement = `SELECT a.id, a.title, b.price FROM items_${place} a JOIN prices b ON a.id = b.item WHERE a.id = $1`
    const took = 100 + Math.floor(random() * 400)
    spans.push(spanOf(spans.length + 1, id, at, took, { ...databaseCall(statement), service }))
    at += took + 5
  }
  for (let call = 0; depth < 3 && call < 2; call++) {
    const clientId = spans.length + 1
    const url = `http://service-${depth + 1}.example/things/${Math.floor(random() * 1e6)}/part`
    const attributes = { ...usualAttributes, 'http.request.method': 'GET', 'url.full': url }
    const client = spanOf(clientId, id, at, 0, { service, kind: 'client', name: 'GET', attributes })
    spans.push(client)
    const ended = addRequest(spans, at + 10, random, depth + 1, clientId) + 10
    client.durationNano = (ended - at) * 1000
    at = ended + 5
  }
  own.durationNano = (at - fromMicro) * 1000
  return at
}

function chain(): ProblemSpan[] {
  return Array.from({ length: spanCount }, (_, index) =>
    spanOf(index + 1, index, index, 3 * spanCount - 2 * index, {
      service: 'shop',
      kind: 'internal',
      name: `step ${index % 50}`,
      attributes: usualAttributes,
    }),
  )
}

/** What programs write: a date or an address here and there, ids, numbers and paths, from thirty places of the code. */
function logLines(): string[] {
  const { number: random, pick } = randomOf(42)
  const hex = (digits: number) => Array.from({ length: digits }, () => pick([...'0123456789abcdef'])).join('')
  const values: (() => string)[] = [
    () => `${Math.floor(random() * 1e6)}`,
    () => `10.0.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}:${Math.floor(random() * 65536)}`,
    () => `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
    () => `/var/data/part-${Math.floor(random() * 1000)}/file.log`,
    () => `${(random() * 100).toFixed(2)} ms`,
    () => `user=${hex(10)}`,
    () => 'primary',
  ]
  const words = 'request order payment connection closed opened for to failed served cache stock retry slow'.split(' ')
  const templates = Array.from({ length: 30 }, () =>
    Array.from({ length: 6 + Math.floor(random() * 8) }, () => (random() < 0.3 ? pick(values) : pick(words))),
  )
  return Array.from({ length: lineCount }, () =>
    pick(templates)
      .map((part) => (typeof part === 'function' ? part() : part))
      .join(' '),
  )
}
