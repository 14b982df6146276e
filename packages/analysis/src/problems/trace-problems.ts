import { chattyEdges } from './chatty-edges.ts'
import { fanOuts } from './fan-outs.ts'
import { largePayloads } from './large-payloads.ts'
import type { Problem, ProblemNode, ProblemSpan } from './problem.ts'
import { deepRepeats, interleavedRepeats, sequentialRepeats } from './repeats.ts'
import { retries } from './retries.ts'
import { slowQueries } from './slow-queries.ts'
import { type SpanFacts, type TraceFacts, traceFacts } from './trace-facts.ts'

/**
 * What is wrong in one trace, what could be saved most first. What needs other traces to be seen (calls that do not need
 * one another, what is far over its own usual time, waits for a connection) is in operationProblems.
 *
 * `rows` and `roots` as in a TraceTree. O(n log n).
 */
export function traceProblems<Span extends ProblemSpan>(
  rows: readonly ProblemNode<Span>[],
  roots: readonly ProblemNode<Span>[],
): Problem<Span>[] {
  return problemsOf(traceFacts(rows, roots))
}

export function problemsOf<Span extends ProblemSpan>(facts: TraceFacts<Span>): Problem<Span>[] {
  const claimed = new Set<ProblemNode<Span>>()
  /** What one detector has told of, the next does not tell again. */
  const claim = (problems: Problem<Span>[]): Problem<Span>[] => {
    for (const { spans } of problems) for (const leaf of spans) claimAbove(leaf, facts.of(leaf), claimed)
    return problems
  }
  const found = [
    ...claim(retries(facts)),
    ...claim(sequentialRepeats(facts)),
    ...claim(interleavedRepeats(facts, claimed)),
    ...claim(deepRepeats(facts, claimed)),
    ...claim(fanOuts(facts)),
    ...slowQueries(facts),
    ...largePayloads(facts),
    ...chattyEdges(facts, claimed),
  ]
  return found.sort((a, b) => (b.savingNano ?? 0) - (a.savingNano ?? 0) || b.totalNano - a.totalNano)
}

/** A span that asks, and the code around it that does nothing else. */
function claimAbove<Span extends ProblemSpan>(
  leaf: ProblemNode<Span>,
  facts: SpanFacts<Span> | undefined,
  claimed: Set<ProblemNode<Span>>,
): void {
  for (let at = facts; at?.call?.leaf === leaf && !claimed.has(at.node); at = at.parent) claimed.add(at.node)
}
