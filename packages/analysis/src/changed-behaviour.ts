import { certainRise, type Share } from './share-change.ts'

/**
 * What requests do now that they did not do before: errors that begin somewhere, and steps that an operation always or never took.
 * A trace says so without any threshold:
 *
 *   before   checkout POST /orders ── calls payment    71 of 71        a step it always took ...
 *   now      checkout POST /orders                     12 of 54        ... and now often does not
 */

/** Something that was seen in one execution of an operation. `error`: it failed in these words; `step`: it went on to this. */
export type Sight = { is: 'error' | 'step'; what: string }

/** An execution of an operation of a service, within a request to `endpoint`. */
export type Execution = {
  traceId: string
  endpoint: string
  service: string
  operation: string
  sights: readonly Sight[]
}

export type BehaviourChange = {
  is: 'error' | 'step'
  service: string
  operation: string
  /** '' for steps, which are held against the executions of the operation wherever they are asked for. */
  endpoint: string
  what: string
  before: Share
  now: Share
  /** By how much the share has changed at least (Wilson, 95 %). At 0 or below chance would explain it. */
  certain: number
  /** Requests in which it was seen, or in which the step was left out. */
  traceIds: string[]
}

/** A step counts as usual, or as unheard of, from so large or up to so small a share of executions on: what is between depends on what is asked. */
const always = 0.95
const never = 0.01

/** All errors that are seen now in a larger share than before, and usual steps left out or new steps taken; the most certain first. */
export function findBehaviourChanges(now: readonly Execution[], before: readonly Execution[]): BehaviourChange[] {
  const counted = { now: count(now), before: count(before) }
  const keys = new Map([...counted.before.sights, ...counted.now.sights])
  return [...keys]
    .flatMap(([key, sight]) => changeOf(key, sight, counted))
    .sort((a, b) => b.certain - a.certain || shareOf(b.now) - shareOf(a.now) || (a.what < b.what ? -1 : 1))
}

type Seen = Pick<BehaviourChange, 'is' | 'service' | 'operation' | 'endpoint' | 'what'> & {
  group: string
  traces: Set<string>
  executions: number
}
type Counted = {
  sights: Map<string, Seen>
  /** Requests by endpoint, and by operation those that executed it. */
  requests: Map<string, Set<string>>
  executions: Map<string, number>
}

/** Errors are counted by request of an endpoint, steps by execution of an operation. */
function count(executions: readonly Execution[]): Counted {
  const counted: Counted = { sights: new Map(), requests: new Map(), executions: new Map() }
  const requestIn = (group: string, traceId: string): void => {
    const requests = counted.requests.get(group) ?? new Set()
    counted.requests.set(group, requests.add(traceId))
  }
  for (const { traceId, endpoint, service, operation, sights } of executions) {
    const ofOperation = JSON.stringify([service, operation])
    counted.executions.set(ofOperation, (counted.executions.get(ofOperation) ?? 0) + 1)
    requestIn(endpoint, traceId)
    requestIn(ofOperation, traceId)
    const seenHere = new Set<string>()
    for (const { is, what } of sights) {
      const within = is === 'error' ? endpoint : ''
      const key = JSON.stringify([is, service, operation, what, within])
      if (seenHere.has(key)) continue
      seenHere.add(key)
      const group = is === 'error' ? endpoint : ofOperation
      const first = { is, service, operation, endpoint: within, what, group, traces: new Set<string>(), executions: 0 }
      const seen = counted.sights.get(key) ?? first
      seen.traces.add(traceId)
      seen.executions++
      counted.sights.set(key, seen)
    }
  }
  return counted
}

function changeOf(key: string, sight: Seen, sides: { now: Counted; before: Counted }): BehaviourChange[] {
  const { group, traces: _, executions: __, ...named } = sight
  const isError = sight.is === 'error'
  const share = ({ sights, requests, executions }: Counted): Share =>
    isError
      ? { count: sights.get(key)?.traces.size ?? 0, of: requests.get(group)?.size ?? 0 }
      : { count: sights.get(key)?.executions ?? 0, of: executions.get(group) ?? 0 }
  const [now, before] = [share(sides.now), share(sides.before)]
  const seenIn = sides.now.sights.get(key)?.traces ?? new Set<string>()
  const change = { ...named, before, now, certain: certainRise(now, before), traceIds: [...seenIn] }
  if (isError) return shareOf(now) > shareOf(before) ? [change] : []
  if (before.of === 0 || now.of === 0) return []
  if (shareOf(before) >= always && shareOf(now) < always) {
    const without = [...(sides.now.requests.get(group) ?? [])].filter((traceId) => !seenIn.has(traceId))
    const certain = certainRise(missing(now), missing(before))
    return certain > 0 ? [{ ...change, certain, traceIds: without }] : []
  }
  return shareOf(before) <= never && change.certain > 0 ? [change] : []
}

const shareOf = ({ count, of }: Share): number => count / Math.max(1, of)
const missing = ({ count, of }: Share): Share => ({ count: of - count, of })
