import { addTo } from '../groups.ts'
import { quantileOfSorted } from '../statistics.ts'
import type { Problem, ProblemSpan } from './problem.ts'
import { textOf } from './read-attributes.ts'
import type { Call, TraceFacts } from './trace-facts.ts'

/** What is a problem only beside other traces of the same operation. Facts come in by trace; problems say which trace they are in. */
export type TraceProblem<Span extends ProblemSpan> = { trace: number; problem: Problem<Span> }

const tracesMin = 10

/** Of a query at least so many durations make its usual time. */
const usualMin = 20
const slowRatio = 5
const slowMinNano = 100e6
/** Slower than this is told of the trace alone. */
const alwaysSlowNano = 1e9

/** Queries that took five times the 95th percentile of their own. */
export function unusuallySlowQueries<Span extends ProblemSpan>(
  traces: readonly TraceFacts<Span>[],
): TraceProblem<Span>[] {
  const groups = new Map<string, { call: Call<Span>; trace: number }[]>()
  eachCall(traces, (call, trace) => {
    if (call.of === 'database') addTo(groups, call.key, { call, trace })
  })
  return [...groups.values()].flatMap((group) => {
    if (group.length < usualMin) return []
    const sorted = group.map(({ call }) => call.leaf.span.durationNano).sort((a, b) => a - b)
    const fromNano = Math.max(slowMinNano, slowRatio * quantileOfSorted(sorted, 0.95))
    const usualNano = quantileOfSorted(sorted, 0.5)
    return group.flatMap(({ call, trace }): TraceProblem<Span>[] => {
      const nano = call.leaf.span.durationNano
      if (nano < fromNano || nano >= alwaysSlowNano) return []
      const facts = traces[trace]
      const savingNano = Math.min(nano - usualNano, facts?.waitedNano(call.leaf) ?? 0)
      const detail = `more than ${slowRatio} times what nearly all others of it take`
      return [{ trace, problem: { ...problemAt(call, facts), kind: 'db.slow', totalNano: nano, savingNano, detail } }]
    })
  })
}

const waitMinNano = 50e6

/** Client spans whose server began late: more than half of the span, and over 50 ms, in ten traces or more. */
export function poolWaits<Span extends ProblemSpan>(traces: readonly TraceFacts<Span>[]): TraceProblem<Span>[] {
  const groups = new Map<string, { call: Call<Span>; trace: number; waitNano: number }[]>()
  eachCall(traces, (call, trace) => {
    const { leaf } = call
    const server = leaf.children.find(({ span }) => span.kind === 'server')
    const waitNano = server === undefined ? 0 : server.offsetNano - leaf.offsetNano
    if (waitNano > waitMinNano && waitNano * 2 > leaf.span.durationNano)
      addTo(groups, call.key, { call, trace, waitNano })
  })
  return [...groups.values()].flatMap((group) => {
    if (new Set(group.map(({ trace }) => trace)).size < tracesMin) return []
    return group.map(({ call, trace, waitNano }): TraceProblem<Span> => {
      const savingNano = Math.min(waitNano, traces[trace]?.waitedNano(call.leaf) ?? 0)
      const found = { ...problemAt(call, traces[trace]), totalNano: waitNano, savingNano }
      return { trace, problem: { ...found, kind: 'pool.wait', detail: `more than half of the call` } }
    })
  })
}

const stampedeMin = 10

/** Parameters whose values are not in the text: whether two ask for the same is not known. */
const placeholder = /\?|\$\d|%s|(?<![:\w])[:@][a-z]/i

/** Ten or more of the very same query, values and all, of different traces, at one moment. */
export function cacheStampedes<Span extends ProblemSpan>(traces: readonly TraceFacts<Span>[]): TraceProblem<Span>[] {
  type Asking = { call: Call<Span>; trace: number; from: bigint; until: bigint }
  const groups = new Map<string, Asking[]>()
  eachCall(traces, (call, trace) => {
    const { span } = call.leaf
    const text = textOf(span.attributes, 'db.query.text', 'db.statement')
    if (call.of !== 'database' || placeholder.test(text) || !/^\s*(select|get|hget|mget|with)\b/i.test(text)) return
    const from = BigInt(span.startUnixNano)
    addTo(groups, text, { call, trace, from, until: from + BigInt(Math.max(0, Math.round(span.durationNano))) })
  })
  return [...groups.values()].flatMap((group): TraceProblem<Span>[] => {
    if (group.length < stampedeMin) return []
    const once = [...new Map(group.map((asking) => [asking.trace, asking])).values()]
    const sorted = once.sort((a, b) => (a.from < b.from ? -1 : 1))
    let most: Asking[] = []
    let running: Asking[] = []
    for (const asking of sorted) {
      running = [...running.filter(({ until }) => until > asking.from), asking]
      if (running.length > most.length) most = running
    }
    const first = most[0]
    if (first === undefined || most.length < stampedeMin) return []
    const totalNano = most.reduce((sum, { call }) => sum + call.leaf.span.durationNano, 0)
    const found = { ...problemAt(first.call, traces[first.trace]), count: most.length, totalNano }
    return [{ trace: first.trace, problem: { ...found, kind: 'cache.stampede' } }]
  })
}

function problemAt<Span extends ProblemSpan>(
  { leaf, subject }: Call<Span>,
  facts: TraceFacts<Span> | undefined,
): Omit<Problem<Span>, 'kind' | 'totalNano'> {
  const within = facts?.parentOf(leaf)?.span.name ?? leaf.span.name
  return { service: leaf.span.service, within, subject, count: 1, spans: [leaf] }
}

function eachCall<Span extends ProblemSpan>(
  traces: readonly TraceFacts<Span>[],
  take: (call: Call<Span>, trace: number) => void,
): void {
  for (const [trace, facts] of traces.entries()) {
    for (const { node, call } of facts.all) if (call?.leaf === node) take(call, trace)
  }
}
