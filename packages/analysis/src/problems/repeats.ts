import { addTo } from '../groups.ts'
import { endOf, type Problem, type ProblemKind, type ProblemNode, type ProblemSpan, totalNanoOf } from './problem.ts'
import { hasFailed } from './read-attributes.ts'
import type { Call, SpanFacts, TraceFacts } from './trace-facts.ts'

/** Calls that could have been one: the same again and again, or the same few. */

const repeatMin = 5
const periodMax = 8
const periodsMin = 3
const deepMin = 20
const parentsMin = 5
const totalMinNano = 50e6
/** Of what the span above was waited for. */
const shareMin = 0.1

/** Consecutive calls with the same key that do not overlap, so many or more. */
export function runsOf<Span extends ProblemSpan>(calls: readonly Call<Span>[], lengthMin: number): Call<Span>[][] {
  const runs: Call<Span>[][] = []
  let from = 0
  for (let at = 1; at <= calls.length; at++) {
    const [last, call] = [calls[at - 1], calls[at]]
    if (last !== undefined && call !== undefined && last.key === call.key && follows(last, call)) continue
    if (at - from >= lengthMin) runs.push(calls.slice(from, at))
    from = at
  }
  return runs
}

/** Clocks of one process are read in microseconds: an overlap of a hundredth is none. */
function follows<Span extends ProblemSpan>(before: Call<Span>, after: Call<Span>): boolean {
  return after.node.offsetNano >= endOf(before.node) - before.node.span.durationNano / 100
}

export function isRetried<Span extends ProblemSpan>(run: readonly Call<Span>[]): boolean {
  return run.every(({ node, leaf }, at) => at === run.length - 1 || hasFailed(node.span) || hasFailed(leaf.span))
}

/** N+1: five or more of the same, one after the other, below one span. */
export function sequentialRepeats<Span extends ProblemSpan>(facts: TraceFacts<Span>): Problem<Span>[] {
  return facts.callers.flatMap(({ node: parent, calls }) =>
    runsOf(calls, repeatMin).flatMap((run) => {
      if (isRetried(run) || !matters(run, parent, facts)) return []
      const subject = run[0]?.subject ?? ''
      return [problemOf({ kind: 'repeat.sequential', run, subject, parent, keptNano: longestWait(run) })]
    }),
  )
}

/** M x N+1: the same two to eight calls, three times or more, one after the other. */
export function interleavedRepeats<Span extends ProblemSpan>(
  facts: TraceFacts<Span>,
  claimed: ReadonlySet<ProblemNode<Span>>,
): Problem<Span>[] {
  return facts.callers.flatMap((caller) => {
    if (caller.calls.length < 2 * periodsMin) return []
    const parent = caller.node
    const calls = caller.calls.filter(({ node }) => !claimed.has(node))
    if (calls.length < 2 * periodsMin) return []
    return periodsIn(calls).flatMap(({ from, period, length }) => {
      const run = calls.slice(from, from + length)
      const pattern = run.slice(0, period)
      if (new Set(pattern.map(({ key }) => key)).size < 2 || !matters(run, parent, facts)) return []
      const subject = pattern.map((call) => call.subject).join('; ')
      return [problemOf({ kind: 'repeat.interleaved', run, subject, parent, keptNano: waitedFor(pattern) })]
    })
  })
}

type Period = { from: number; period: number; length: number }

/** Where calls repeat with a period, the shortest period first; what one has taken no other gets. */
function periodsIn<Span extends ProblemSpan>(calls: readonly Call<Span>[]): Period[] {
  const taken = new Set<number>()
  const found: Period[] = []
  const longest = Math.min(periodMax, Math.floor(calls.length / periodsMin))
  let pieces = piecesOf(calls, taken)
  for (let period = 2; period <= longest; period++) {
    if (found.length > 0) pieces = piecesOf(calls, taken)
    // From `from` to `at` each call is the same as the one a period later.
    let from = 0
    for (let at = 0; at < calls.length; at++) {
      const goesOn = calls[at]?.key === calls[at + period]?.key && pieces[at] === pieces[at + period]
      if (goesOn && !taken.has(at)) continue
      const length = Math.floor((at - from + period) / period) * period
      if (at > from && length >= periodsMin * period) {
        found.push({ from, period, length })
        for (let place = from; place < from + length; place++) taken.add(place)
      }
      from = at + 1
    }
  }
  return found
}

/** Calls that follow one another without an overlap, and without one that is taken between them, have the same number. */
function piecesOf<Span extends ProblemSpan>(calls: readonly Call<Span>[], taken: ReadonlySet<number>): number[] {
  let piece = 0
  return calls.map((call, at) => {
    const before = calls[at - 1]
    if (taken.has(at) || taken.has(at - 1) || (before !== undefined && !follows(before, call))) piece++
    return piece
  })
}

/** Twenty or more of the same in a trace, below different spans: a loop over something that asks by itself. */
export function deepRepeats<Span extends ProblemSpan>(
  facts: TraceFacts<Span>,
  claimed: ReadonlySet<ProblemNode<Span>>,
): Problem<Span>[] {
  const groups = new Map<string, Call<Span>[]>()
  // What is below a repeat that is told already comes of it.
  const told = new Set<SpanFacts<Span>>()
  for (const span of facts.all) {
    const { node, parent, call } = span
    if (claimed.has(node) || (parent !== undefined && told.has(parent))) told.add(span)
    // Of a call with code around it only what asks counts.
    if (call === undefined || call.leaf !== node || told.has(span)) continue
    addTo(groups, call.key, call)
  }
  return [...groups.values()].flatMap((run) => {
    if (run.length < deepMin || isRetried(run)) return []
    const parents = new Set(run.map(({ node }) => facts.parentOf(node)))
    const top = topOf(run[0]?.node, facts)
    if (top === undefined || parents.size < parentsMin || !matters(run, top, facts)) return []
    const subject = run[0]?.subject ?? ''
    return [problemOf({ kind: 'repeat.deep', run, subject, parent: top, keptNano: longestWait(run) })]
  })
}

/** The first span of the service that a span belongs to. */
function topOf<Span extends ProblemSpan>(
  node: ProblemNode<Span> | undefined,
  facts: TraceFacts<Span>,
): ProblemNode<Span> | undefined {
  let top = node
  for (let at = node; at !== undefined && at.span.service === node?.span.service; at = facts.parentOf(at)) top = at
  return top
}

/** Long enough, and a good part of what the span above was waited for. */
function matters<Span extends ProblemSpan>(
  run: readonly Call<Span>[],
  parent: ProblemNode<Span>,
  facts: TraceFacts<Span>,
): boolean {
  if (totalNanoOf(run.map(({ node }) => node)) < totalMinNano) return false
  const waited = waitedFor(run)
  return waited > 0 && waited >= shareMin * facts.waitedNano(parent)
}

function waitedFor<Span extends ProblemSpan>(run: readonly Call<Span>[]): number {
  return run.reduce((sum, { at }) => sum + at.waitedNano, 0)
}

function longestWait<Span extends ProblemSpan>(run: readonly Call<Span>[]): number {
  return run.reduce((most, { at }) => Math.max(most, at.waitedNano), 0)
}

type Found<Span extends ProblemSpan> = {
  kind: ProblemKind
  run: readonly Call<Span>[]
  subject: string
  parent: ProblemNode<Span>
  /** What one call for all would still take. */
  keptNano: number
}

function problemOf<Span extends ProblemSpan>({ kind, run, subject, parent, keptNano }: Found<Span>): Problem<Span> {
  const nodes = run.map(({ node }) => node)
  return {
    kind,
    service: parent.span.service,
    within: parent.span.name,
    subject,
    count: run.length,
    totalNano: totalNanoOf(nodes),
    savingNano: Math.max(0, waitedFor(run) - keptNano),
    spans: run.map(({ leaf }) => leaf),
  }
}
