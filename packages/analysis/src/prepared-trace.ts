import { clockShifts, shiftMaxNano } from './clock-skew.ts'
import type { PathSpan } from './critical-path.ts'
import { type TraceTree, traceTree } from './trace-tree.ts'

/**
 * A trace as it arrived, made ready to be judged: what was sent twice is in it once, spans of hosts whose clocks differ
 * are where they must have been, and how much of it is missing is said.
 *
 * `tree` holds the span that was handed in, unless it was moved: then a copy with another start. `received` tells which.
 */
export type PreparedTrace<Span extends PathSpan> = {
  tree: TraceTree<Span>
  received: (span: Span) => Span
  /** How far a span was moved, in nanoseconds. */
  shiftNanoOf: (span: Span) => number
  /** The furthest that a span was moved, 0 where none was. */
  shiftMostNano: number
  /** Spans that would have had to be moved further than is allowed, and stay. */
  shiftsRefused: number
  /** Spans left out because the same was there already. */
  repeated: number
  /** Spans whose parent is not here. */
  orphans: number
  /** Share of the main root's time in which no orphan ran, so that it is known who waited for what. 1 for a whole trace. */
  coverage: number
}

/** Below this, figures of the trace would say too much. */
export const coverageMin = 0.9

export type PrepareOptions<Span> = {
  /** As in ClockSkewOptions. */
  clockOf: (span: Span) => string
  shiftMaxNano?: number
}

export function prepareTrace<Span extends PathSpan>(
  spans: readonly Span[],
  options: PrepareOptions<Span>,
): PreparedTrace<Span> {
  const once = withoutRepeated(spans)
  const raw = traceTree(once)
  const shifts = clockShifts(raw.rows, { shiftMaxNano, ...options })
  const moved = new Map<Span, { span: Span; nano: number }>()
  let shiftsRefused = 0
  const placed = raw.rows.map((node) => {
    const shift = shifts.get(node)
    if (shift === undefined) return node.span
    if (shift.isRefused) {
      shiftsRefused++
      return node.span
    }
    const copy = { ...node.span, startUnixNano: String(BigInt(node.span.startUnixNano) + BigInt(shift.nano)) }
    moved.set(copy, { span: node.span, nano: shift.nano })
    return copy
  })
  const tree = moved.size === 0 ? raw : traceTree(placed)
  let shiftMostNano = 0
  for (const { nano } of moved.values()) if (Math.abs(nano) > Math.abs(shiftMostNano)) shiftMostNano = nano
  return {
    tree,
    received: (span) => moved.get(span)?.span ?? span,
    shiftNanoOf: (span) => moved.get(span)?.nano ?? 0,
    shiftMostNano,
    shiftsRefused,
    repeated: spans.length - once.length,
    orphans: tree.roots.filter(({ missingParent }) => missingParent).length,
    coverage: coverageOf(tree),
  }
}

/** Sent twice by a sender that did not hear our answer, or by two ways. Client and server of one id (Zipkin) are two spans. */
function withoutRepeated<Span extends PathSpan>(spans: readonly Span[]): Span[] {
  const seen = new Set<string>()
  return spans.filter(({ spanId, kind, startUnixNano, durationNano }) => {
    const key = `${spanId} ${kind} ${startUnixNano} ${durationNano}`
    return !seen.has(key) && seen.add(key)
  })
}

function coverageOf<Span extends PathSpan>({ roots }: TraceTree<Span>): number {
  const main = roots.find(({ missingParent }) => !missingParent) ?? longest(roots)
  if (main === undefined || main.span.durationNano <= 0) return 1
  const endNano = main.offsetNano + main.span.durationNano
  let lost = 0
  let lostUntil = main.offsetNano
  // Roots stand in the order of their starts, those of cycles last: those count from where others ended.
  for (const root of roots) {
    if (!root.missingParent || root === main) continue
    const from = Math.max(root.offsetNano, lostUntil)
    const until = Math.min(root.offsetNano + root.span.durationNano, endNano)
    if (until <= from) continue
    lost += until - from
    lostUntil = until
  }
  return 1 - lost / main.span.durationNano
}

function longest<Node extends { span: { durationNano: number } }>(nodes: readonly Node[]): Node | undefined {
  return nodes.reduce<Node | undefined>(
    (most, node) => (most === undefined || node.span.durationNano > most.span.durationNano ? node : most),
    undefined,
  )
}
