import {
  describeProblem,
  type OperationProblem,
  type ProblemSpan,
  problemAdvice,
  problemNames,
} from '@wakeline/analysis'
import type { ServiceProblem } from '@wakeline/protocol'
import type { ProblemSpanRow } from '../plan/problem-traces.ts'
import { idOf, kindOf, statusOf } from './records.ts'

export type JudgedSpan = ProblemSpan & { resourceId: string }
export type JudgedTrace = { traceId: string; spans: JudgedSpan[]; isCut: boolean }

/** Spans by trace, in the order that traces are first met. */
export function judgedSpans(rows: readonly ProblemSpanRow[]): JudgedTrace[] {
  const traces = new Map<string, JudgedTrace>()
  const counts = new Map<string, number>()
  for (const row of rows) {
    const trace = traces.get(row.trace) ?? { traceId: row.trace, spans: [], isCut: false }
    traces.set(row.trace, trace)
    counts.set(row.trace, Number(row.spans))
    trace.spans.push(judgedSpan(row))
  }
  for (const trace of traces.values()) trace.isCut = (counts.get(trace.traceId) ?? 0) > trace.spans.length
  return [...traces.values()]
}

function judgedSpan(row: ProblemSpanRow): JudgedSpan {
  return {
    spanId: row.span,
    parentSpanId: idOf(row.parent),
    startUnixNano: row.start,
    durationNano: Number(row.nanoseconds),
    service: row.service,
    name: row.name,
    kind: kindOf(row.kind),
    status: statusOf(row.status),
    resourceId: row.resource,
    attributes: Object.fromEntries(row.attribute_keys.map((key, at) => [key, row.attribute_values[at] ?? ''])),
  }
}

export function serviceProblem(problem: OperationProblem, traceIdAt: (place: number) => string): ServiceProblem {
  const { examples, within, ...figures } = problem
  return {
    ...figures,
    operation: within,
    name: problemNames[problem.kind],
    sentence: describeProblem(problem),
    advice: problemAdvice[problem.kind],
    examples: examples.map(({ trace, ...example }) => ({ traceId: traceIdAt(trace), ...example })),
  }
}
