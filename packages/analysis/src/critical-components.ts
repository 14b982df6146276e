import { criticalPath, type PathSpan } from './critical-path.ts'
import type { TraceNode } from './trace-tree.ts'

/**
 * Whose time a request waited for: its critical path, summed by component. A component is a service at work, or an edge, on
 * which a caller waits for a callee: network, a queue before it, a pool of connections.
 *
 *   web   GET /          server  |======================|     web            its own time
 *   web     GET /stock   client     |================|         web -> stock   what stock did not use of it
 *   stock     GET /stock server        |==========|            stock          its own time
 *
 * The time of a client span belongs to the edge, never to the caller: a slow network would be blamed on who suffers from it.
 */
export type ComponentSpan = PathSpan & {
  service: string
  name: string
  /** What a client span says it called; '' where it does not. A span of another service below it says it better. */
  peer: string
}

/** An edge where it has a `caller`; `service` is its callee then. */
export type Component = { service: string; caller?: string }

export type ComponentTime = Component & {
  key: string
  nano: number
  /** Spans of the component, on the critical path or not. */
  spans: number
  /** The critical time by span name. */
  operations: Map<string, number>
}

/** The critical time below `entry`, which it sums to exactly. O(n log n), without recursion. */
export function componentTimes<Span extends ComponentSpan>(entry: TraceNode<Span>): ComponentTime[] {
  const components = new Map<string, ComponentTime>()
  const bySpan = new Map<Span, ComponentTime>()
  const waiting = [entry]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const component = componentOf(node)
    const key = componentKey(component)
    const time = components.get(key) ?? { ...component, key, nano: 0, spans: 0, operations: new Map() }
    time.spans++
    components.set(key, time)
    bySpan.set(node.span, time)
    for (const child of node.children) waiting.push(child)
  }
  for (const { span, fromNano, toNano } of criticalPath([entry])) {
    const time = bySpan.get(span)
    if (time === undefined) continue
    time.nano += toNano - fromNano
    time.operations.set(span.name, (time.operations.get(span.name) ?? 0) + toNano - fromNano)
  }
  return [...components.values()]
}

export function componentKey({ service, caller }: Component): string {
  return caller === undefined ? service : `${caller} → ${service}`
}

/**
 * A client or producer span is an edge to whom its children are of, or to whom it names. A span of no kind is one where all
 * of its children are of other services: some senders give no kinds.
 */
function componentOf({ span, children }: TraceNode<ComponentSpan>): Component {
  const callee = children.find((child) => child.span.service !== span.service)?.span.service
  const isCall = span.kind === 'client' || span.kind === 'producer'
  const isKindless = span.kind === '' || span.kind === 'unspecified'
  const isAllElsewhere = children.length > 0 && children.every((child) => child.span.service !== span.service)
  if (!isCall && !(isKindless && isAllElsewhere)) return { service: span.service }
  const called = callee ?? span.peer
  return called === '' ? { service: span.service } : { service: called, caller: span.service }
}
