import type { PathSpan } from './critical-path.ts'
import type { TraceNode } from './trace-tree.ts'

/**
 * Who waited for whom among the children of each span, and what follows if one of them had taken another time.
 *
 *   a  |------------------|     b and c begin 1 after a. d begins when the later of the two, c, is 2 over.
 *   b   |====|                  a ends 3 after d.
 *   c   |======|                If c took 0, d would begin 2 after b: a ends 2 earlier (the drag of c).
 *   d            |===|          If b took 2 more, nothing would be later (the slack of b).
 *
 * A child waits for every sibling that had ended when it began, its parent's end for every child that had ended by then;
 * the time between stays what it was. A child that outlives its parent counts up to the parent's end. A consumer is not
 * waited for. As in CRISP's retimer, of one trace alone: what only happened to be earlier counts as waited for.
 */
export type Schedule<Span extends PathSpan> = {
  /** How much sooner the root above it would have ended, had these spans taken `factor` times as long. Negative for later. */
  savedNano(spans: readonly TraceNode<Span>[], factor: number): number
  /** How much longer a span may take before the root above it ends later. 0 on the critical path. */
  slackNano(span: TraceNode<Span>): number
}

type Job<Span extends PathSpan> = {
  node: TraceNode<Span>
  /** Of its time that lies within the parent. */
  fromNano: number
  toNano: number
  /** When all it waited for had ended, and how many of the jobs by end that is. */
  readyNano: number
  waitedFor: number
}
type Plan<Span extends PathSpan> = {
  byStart: Job<Span>[]
  byEnd: Job<Span>[]
  /** When the last child had ended that the end of the span waited for. */
  readyNano: number
}

/** `roots` as in a TraceTree. O(n log n) to open; a question costs the children of what is above the spans it is about. */
export function openSchedule<Span extends PathSpan>(roots: readonly TraceNode<Span>[]): Schedule<Span> {
  const parents = new Map<TraceNode<Span>, TraceNode<Span>>()
  const plans = new Map<TraceNode<Span>, Plan<Span>>()
  const planOf = (node: TraceNode<Span>): Plan<Span> => {
    const known = plans.get(node) ?? planned(node)
    plans.set(node, known)
    return known
  }
  const waiting = [...roots]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const child of node.children) {
      parents.set(child, node)
      waiting.push(child)
    }
  }
  const slacks = new Map<TraceNode<Span>, number>()
  return {
    savedNano(spans, factor) {
      const given = new Set(spans)
      const { changed, tops } = above(given, parents)
      const durations = new Map<TraceNode<Span>, number>()
      // Deepest first: what is below a span is known when its turn comes.
      for (const node of changed) {
        const nano = given.has(node) ? node.span.durationNano * factor : retimed(node, planOf(node), durations)
        durations.set(node, nano)
      }
      return tops.reduce((sum, top) => sum + top.span.durationNano - (durations.get(top) ?? 0), 0)
    },
    slackNano(span) {
      const path: TraceNode<Span>[] = []
      for (let at: TraceNode<Span> | undefined = span; at !== undefined && !slacks.has(at); at = parents.get(at))
        path.push(at)
      for (const node of path.toReversed()) {
        const parent = parents.get(node)
        if (parent === undefined) slacks.set(node, 0)
        else for (const [child, nano] of slacksOf(planOf(parent), slacks.get(parent) ?? 0)) slacks.set(child, nano)
        if (!slacks.has(node)) slacks.set(node, Number.POSITIVE_INFINITY)
      }
      return slacks.get(span) ?? 0
    },
  }
}

/** These spans and all above them, deepest first, and the roots they hang below. */
function above<Span extends PathSpan>(
  given: ReadonlySet<TraceNode<Span>>,
  parents: ReadonlyMap<TraceNode<Span>, TraceNode<Span>>,
): { changed: TraceNode<Span>[]; tops: TraceNode<Span>[] } {
  const changed = new Set<TraceNode<Span>>()
  for (const node of given) {
    for (let at: TraceNode<Span> | undefined = node; at !== undefined && !changed.has(at); at = parents.get(at))
      changed.add(at)
  }
  const all = [...changed].sort((a, b) => b.depth - a.depth)
  return { changed: all, tops: all.filter((node) => !parents.has(node)) }
}

function planned<Span extends PathSpan>(parent: TraceNode<Span>): Plan<Span> {
  const startNano = parent.offsetNano
  const endNano = startNano + parent.span.durationNano
  const byStart = parent.children
    .filter((child) => !(parent.span.kind === 'producer' && child.span.kind === 'consumer'))
    .map((node) => ({
      node,
      fromNano: Math.max(node.offsetNano, startNano),
      toNano: Math.min(node.offsetNano + node.span.durationNano, endNano),
      readyNano: startNano,
      waitedFor: 0,
    }))
    .filter(({ fromNano, toNano }) => toNano > fromNano)
    .sort((a, b) => a.fromNano - b.fromNano)
  const byEnd = byStart.toSorted((a, b) => a.toNano - b.toNano)
  let ended = 0
  for (const job of byStart) {
    while ((byEnd[ended]?.toNano ?? Number.POSITIVE_INFINITY) <= job.fromNano) ended++
    job.waitedFor = ended
    job.readyNano = byEnd[ended - 1]?.toNano ?? startNano
  }
  return { byStart, byEnd, readyNano: byEnd.at(-1)?.toNano ?? startNano }
}

/** How long a span takes if those below it take `durations`: all in nanoseconds after its start. */
function retimed<Span extends PathSpan>(
  node: TraceNode<Span>,
  { byStart, byEnd, readyNano }: Plan<Span>,
  durations: ReadonlyMap<TraceNode<Span>, number>,
): number {
  const ends = new Map<Job<Span>, number>()
  let latest = node.offsetNano
  let ended = 0
  const waitFor = (count: number): void => {
    for (; ended < count; ended++) {
      const job = byEnd[ended]
      if (job !== undefined) latest = Math.max(latest, ends.get(job) ?? job.toNano)
    }
  }
  for (const job of byStart) {
    waitFor(job.waitedFor)
    const { span } = job.node
    const beyondNano = span.durationNano - (job.toNano - job.fromNano)
    const nano = Math.max(0, (durations.get(job.node) ?? span.durationNano) - beyondNano)
    ends.set(job, latest + job.fromNano - job.readyNano + nano)
  }
  waitFor(byEnd.length)
  return latest - readyNano + node.span.durationNano
}

/** A job may end as late as the earliest of what waited for it may have been ready. */
function slacksOf<Span extends PathSpan>(
  { byStart, byEnd, readyNano }: Plan<Span>,
  parentSlackNano: number,
): Map<TraceNode<Span>, number> {
  const slacks = new Map<TraceNode<Span>, number>()
  let left = byEnd.length
  let latest = readyNano + parentSlackNano
  const settle = (count: number): void => {
    for (; left > count; left--) {
      const job = byEnd[left - 1]
      if (job !== undefined) slacks.set(job.node, latest - job.toNano)
    }
  }
  // Latest start first: all that wait for a job have had their turn when it is settled.
  for (const job of byStart.toReversed()) {
    settle(job.waitedFor)
    latest = Math.min(latest, job.readyNano + (slacks.get(job.node) ?? 0))
  }
  settle(0)
  return slacks
}
