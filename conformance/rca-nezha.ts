import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  addTo,
  type BehaviourChange,
  type Cause,
  type ComponentSpan,
  componentTimes,
  type Execution,
  findBehaviourChanges,
  findBottlenecks,
  groupedBy,
  likelyCauses,
  type RequestTimes,
  type Sight,
  type TraceNode,
  traceTree,
} from '../packages/analysis/src/index.ts'
import { readCsv } from './csv.ts'
import { type Case, tryCase } from './suite.ts'

/**
 * Minutes of two shops of microservices with one fault injected in each (Nezha, of IntelligentDDS): the service it was injected into
 * has to be ranked first. All minutes under `normal` are the time before. Of what is recorded, traces and the error logs of
 * spans are used: nothing is learned, and the metrics of machines are not looked at.
 */
export async function runRcaNezha(directory: string): Promise<Case[]> {
  const before = await Promise.all((await minutesOf(join(directory, 'normal'))).map((minute) => readMinute(minute)))
  const faults: Fault[] = JSON.parse(await readFile(join(directory, 'faults.json'), 'utf8'))
  const cases: Case[] = []
  for (const { minute, inject_pod: pod, inject_type: type } of faults) {
    const expected = serviceOf(pod)
    const ranked = async (): Promise<Cause[]> => rank(await readMinute(join(directory, 'fault', minute)), before)
    cases.push(await tryCase(`${minute} ${type} in ${expected}`, async () => problemOf(await ranked(), expected)))
  }
  return cases
}

type Fault = { minute: string; inject_pod: string; inject_type: string }
type NezhaSpan = ComponentSpan & { traceId: string }
type Minute = { requests: RequestTimes[]; executions: Execution[]; calls: { caller: string; callee: string }[] }

function rank(now: Minute, before: readonly Minute[]): Cause[] {
  const bottlenecks = findBottlenecks(
    now.requests,
    before.map(({ requests }) => requests),
  )
  const changes: BehaviourChange[] = findBehaviourChanges(
    now.executions,
    before.flatMap(({ executions }) => executions),
  )
  return likelyCauses({ bottlenecks, changes, calls: [now, ...before].flatMap(({ calls }) => calls) })
}

function problemOf(causes: readonly Cause[], expected: string): string {
  const place = causes.findIndex(({ service }) => service === expected)
  if (place === 0) return ''
  const told = causes.slice(0, 5).map(({ service, weight }) => `${service} (${weight.toFixed(3)})`)
  return `ranked ${place < 0 ? 'nowhere' : place + 1}: ${told.join(', ')}`
}

async function minutesOf(folder: string): Promise<string[]> {
  const files = await readdir(folder)
  return files
    .filter((file) => file.endsWith('_trace.csv'))
    .sort()
    .map((file) => join(folder, file.slice(0, -'_trace.csv'.length)))
}

async function readMinute(path: string): Promise<Minute> {
  const spans = await readRows(`${path}_trace.csv`)
  const logs = await readRows(`${path}_log.csv`).catch(() => [])
  return minuteOf(spans, logs)
}

async function readRows(file: string): Promise<Record<string, string>[]> {
  const [head = [], ...rows] = readCsv(await readFile(file, 'utf8'))
  return rows.map((row) => Object.fromEntries(head.map((name, place) => [name, row[place] ?? ''])))
}

function minuteOf(spans: readonly Record<string, string>[], logs: readonly Record<string, string>[]): Minute {
  const errors = new Map<string, string[]>()
  for (const { SpanID = '', Log = '' } of logs) {
    const error = errorIn(Log)
    if (error !== undefined) addTo(errors, SpanID, error)
  }
  const traces = groupedBy(spans.map(spanOf), ({ traceId }) => traceId)
  const minute: Minute = { requests: [], executions: [], calls: [] }
  const calls = new Set<string>()
  for (const [traceId, ofTrace] of traces) {
    const { roots, rows } = traceTree(ofTrace)
    const [root] = roots
    if (root === undefined) continue
    const endpoint = endpointOf(root, rows)
    const failed = rows.some(({ span }) => errors.has(span.spanId))
    minute.requests.push({ traceId, endpoint, failed, components: componentTimes(root) })
    const consequences = failedBelow(rows, errors)
    for (const node of rows) {
      const { service, name: operation } = node.span
      minute.executions.push({
        traceId,
        endpoint,
        service,
        operation,
        sights: sightsOf(node, { errors, consequences }),
      })
      for (const child of node.children)
        if (child.span.service !== service) calls.add(JSON.stringify({ caller: service, callee: child.span.service }))
    }
  }
  minute.calls = [...calls].map((call) => JSON.parse(call))
  return minute
}

function spanOf(row: Record<string, string>): NezhaSpan {
  const start = BigInt(row['StartTimeUnixNano'] ?? '0')
  return {
    traceId: row['TraceID'] ?? '',
    spanId: row['SpanID'] ?? '',
    parentSpanId: row['ParentID'] === 'root' ? '' : (row['ParentID'] ?? ''),
    startUnixNano: String(start),
    durationNano: Number(BigInt(row['EndTimeUnixNano'] ?? '0') - start),
    kind: '',
    service: serviceOf(row['PodName'] ?? ''),
    name: row['OperationName'] ?? '',
    peer: '',
  }
}

/** A pod's name is that of its service, of a replica set and its own. */
const serviceOf = (pod: string): string => pod.replace(/-[a-z0-9]+-[a-z0-9]+$/, '')

/** Gateways call all requests alike: what tells them apart is the first thing another service does. */
function endpointOf(root: TraceNode<NezhaSpan>, rows: readonly TraceNode<NezhaSpan>[]): string {
  const other = rows.find(({ span }) => span.service !== root.span.service)?.span
  return `${root.span.service} ${root.span.name}${other === undefined ? '' : ` > ${other.service} ${other.name}`}`
}

/** What a line of level error says, without what differs from one to the next. */
function errorIn(line: string): string | undefined {
  if (!/\b(ERROR|FATAL|SEVERE)\b|"(?:level|severity)":\s*"(?:error|fatal)"|level=(?:error|fatal)/i.test(line))
    return undefined
  const [, text = line] = /"log":"((?:[^"\\]|\\.)*)"/.exec(line) ?? []
  return text
    .replace(/(Trace|Span)ID: \w+/gi, '')
    .replace(/[0-9A-Za-z_-]*[0-9][0-9A-Za-z_-]*/g, '#')
    .trim()
    .slice(0, 400)
}

/** Spans with a failed span below them: theirs is a consequence. */
function failedBelow(
  rows: readonly TraceNode<NezhaSpan>[],
  errors: ReadonlyMap<string, string[]>,
): Set<TraceNode<NezhaSpan>> {
  const failed = new Set<TraceNode<NezhaSpan>>()
  for (const node of rows.toReversed())
    if (node.children.some((child) => failed.has(child) || errors.has(child.span.spanId))) failed.add(node)
  return failed
}

function sightsOf(
  node: TraceNode<NezhaSpan>,
  { errors, consequences }: { errors: ReadonlyMap<string, string[]>; consequences: ReadonlySet<TraceNode<NezhaSpan>> },
): Sight[] {
  const steps = node.children.map(({ span }): Sight => ({ is: 'step', what: `${span.service} ${span.name}` }))
  const own = consequences.has(node) ? [] : (errors.get(node.span.spanId) ?? [])
  return [...steps, ...own.map((what): Sight => ({ is: 'error', what }))]
}
