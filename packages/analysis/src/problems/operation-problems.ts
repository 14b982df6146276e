import { groupedBy } from '../groups.ts'
import { quantileOfSorted } from '../statistics.ts'
import type { TraceTree } from '../trace-tree.ts'
import { cacheStampedes, poolWaits, type TraceProblem, unusuallySlowQueries } from './across-traces.ts'
import { needlessOrders } from './needless-orders.ts'
import { type Problem, type ProblemFigures, type ProblemSpan, problemKey } from './problem.ts'
import { traceFacts } from './trace-facts.ts'
import { problemsOf } from './trace-problems.ts'

/** A trace, or the part of it that an operation answers for. */
export type ProblemTree<Span extends ProblemSpan> = Pick<TraceTree<Span>, 'rows' | 'roots'>

/** The parts of a trace below the first spans of which it holds. */
export function subtreesOf<Span extends ProblemSpan>(
  { rows }: ProblemTree<Span>,
  isAsked: (span: Span) => boolean,
): ProblemTree<Span> {
  const part: ProblemTree<Span> = { rows: [], roots: [] }
  let inside = -1
  for (const node of rows) {
    if (inside >= 0 && node.depth > inside) part.rows.push(node)
    else if (isAsked(node.span)) {
      inside = node.depth
      part.roots.push(node)
      part.rows.push(node)
    } else inside = -1
  }
  return part
}

/** One problem of an operation or a service, over the traces that were looked at. Figures are the medians of its traces. */
export type OperationProblem = ProblemFigures & {
  /** Traces that have it. */
  traces: number
  /** What all of these could have saved. */
  savingTotalNano: number
  /** Where it costs most, first. */
  examples: ProblemExample[]
}
export type ProblemExample = { trace: number; spanId: string; savingNano: number }

const examplesMax = 3
/** Calls of a trace that are many, and three times what is usual in the traces looked at. */
const deepRatio = 3

/**
 * What is wrong in the traces of an operation: those alike together, what could be saved most first. Examples name a trace
 * by its place in `trees`.
 */
export function operationProblems<Span extends ProblemSpan>(trees: readonly ProblemTree<Span>[]): OperationProblem[] {
  const traces = trees.map(({ rows, roots }) => traceFacts(rows, roots))
  const found = [
    ...traces.flatMap((facts, trace) => problemsOf(facts).map((problem) => ({ trace, problem }))),
    ...unusuallySlowQueries(traces),
    ...poolWaits(traces),
    ...needlessOrders(traces),
    ...cacheStampedes(traces),
  ]
  const groups: Map<string, TraceProblem<Span>[]> = groupedBy(found, ({ problem }) => problemKey(problem))
  return [...groups.values()]
    .filter((group) => group[0]?.problem.kind !== 'repeat.deep' || isUncommon(group, trees.length))
    .map(together)
    .sort((a, b) => b.savingTotalNano - a.savingTotalNano || b.traces - a.traces || b.totalNano - a.totalNano)
}

/** Where every trace makes as many calls, that is what the operation does, unless it is far more than twenty. */
function isUncommon<Span extends ProblemSpan>(group: readonly TraceProblem<Span>[], traces: number): boolean {
  if (group.length * 2 < traces) return true
  const counts = group.map(({ problem }) => problem.count).sort((a, b) => a - b)
  const usual = quantileOfSorted(counts, 0.5)
  return (counts.at(-1) ?? 0) > deepRatio * usual || usual > deepRatio * 20
}

function together<Span extends ProblemSpan>(group: readonly TraceProblem<Span>[]): OperationProblem {
  const sorted = group.toSorted((a, b) => costOf(b.problem) - costOf(a.problem))
  const savings = group.flatMap(({ problem }) => (problem.savingNano === undefined ? [] : [problem.savingNano]))
  // The one in the middle speaks for all: its figures belong together.
  const middle = sorted[Math.floor(sorted.length / 2)]?.problem
  if (middle === undefined) throw new Error('A group of problems is never empty')
  const { spans: _, ...figures } = middle
  const examples = new Map<number, ProblemExample>()
  for (const { trace, problem } of sorted) {
    if (examples.size >= examplesMax) break
    const spanId = problem.spans[0]?.span.spanId ?? ''
    if (!examples.has(trace)) examples.set(trace, { trace, spanId, savingNano: problem.savingNano ?? 0 })
  }
  return {
    ...figures,
    traces: new Set(group.map(({ trace }) => trace)).size,
    savingTotalNano: savings.reduce((sum, nano) => sum + nano, 0),
    examples: [...examples.values()],
  }
}

function costOf<Span extends ProblemSpan>({ savingNano, totalNano }: Problem<Span>): number {
  return savingNano ?? totalNano
}
