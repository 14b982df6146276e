import type { TraceNode, TreeSpan } from './trace-tree.ts'

/**
 * Hosts' clocks differ. A child of another host that does not lie inside its parent is moved there:
 *
 *   a, host 1    |==========|              a    |==========|
 *   b, host 2  |=====|             ->      b      |=====|      in its middle: the way there took as long as the way back
 *   c<b, host 2 |==|                       c       |==|        moves with b
 *
 * After Jaeger's clockskew.go. What differs: a child that was started and not waited for (a consumer) is moved only where
 * it begins before its producer, for it may well end after it.
 */

/** How far a span is moved, in nanoseconds; where that is over the maximum it stays where it is. */
export type ClockShift = { nano: number; isRefused: boolean }

export type ClockSkewOptions<Span> = {
  /** Names the clock that a span was timed by; '' where it is not known, which is like no other. */
  clockOf: (span: Span) => string
  /** Jaeger has 0, which moves nothing. */
  shiftMaxNano: number
}

export const shiftMaxNano = 1e9

/** `rows` as in a TraceTree: parents stand before their children. Only spans that are not where they should be are in the answer. O(n). */
export function clockShifts<Span extends TreeSpan & { kind: string }>(
  rows: readonly TraceNode<Span>[],
  { clockOf, shiftMaxNano: maxNano }: ClockSkewOptions<Span>,
): Map<TraceNode<Span>, ClockShift> {
  const shifts = new Map<TraceNode<Span>, ClockShift>()
  const clocks = new Map<TraceNode<Span>, string>()
  for (const node of rows) if (node.depth === 0) clocks.set(node, clockOf(node.span))
  for (const parent of rows) {
    const parentClock = clocks.get(parent)
    const parentShift = shifts.get(parent)
    const parentNano = parent.offsetNano + (parentShift === undefined || parentShift.isRefused ? 0 : parentShift.nano)
    for (const child of parent.children) {
      const clock = clockOf(child.span)
      clocks.set(child, clock)
      if (clock !== '' && clock === parentClock) {
        if (parentShift !== undefined) shifts.set(child, parentShift)
        continue
      }
      const nano = shiftInto(parentNano, parent.span, child)
      if (nano !== 0) shifts.set(child, { nano, isRefused: Math.abs(nano) > maxNano })
    }
  }
  return shifts
}

type TimedSpan = TreeSpan & { kind: string }

function shiftInto(parentNano: number, parent: TimedSpan, { offsetNano, span }: TraceNode<TimedSpan>): number {
  const spareNano = parent.durationNano - span.durationNano
  const isAsync = parent.kind === 'producer' && span.kind === 'consumer'
  if (isAsync || spareNano < 0) return Math.max(0, parentNano - offsetNano)
  if (offsetNano >= parentNano && offsetNano <= parentNano + spareNano) return 0
  return parentNano + Math.floor(spareNano / 2) - offsetNano
}

/** The clock of a resource's spans: its host's, or where no host is told its own. */
export function clockName(resourceId: string, attributes: Readonly<Record<string, unknown>> = {}): string {
  return hostKey(attributes) || resourceId
}

/** The host of a resource, by the first of its attributes that names one; '' where none does. */
export function hostKey(attributes: Readonly<Record<string, unknown>>): string {
  for (const key of ['host.id', 'host.ip', 'host.name']) {
    if (!(key in attributes)) continue
    const value = attributes[key]
    const first: unknown = Array.isArray(value) ? value[0] : value
    return typeof first === 'string' ? first : ''
  }
  return ''
}
