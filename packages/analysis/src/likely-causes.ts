import { blameServices } from './blame.ts'
import type { Bottleneck } from './bottlenecks.ts'
import type { BehaviourChange } from './changed-behaviour.ts'

/** A service that may be why, with all that speaks for it. */
export type Cause = {
  service: string
  /** Share of the time or of the requests of now that it has spoilt beyond chance; the larger of the two. Below 0: chance would explain it. */
  weight: number
  bottlenecks: Bottleneck[]
  changes: BehaviourChange[]
}

export type CausesAsk = {
  bottlenecks: readonly Bottleneck[]
  changes: readonly BehaviourChange[]
  /** Who calls whom. */
  calls: readonly { caller: string; callee: string }[]
}

/**
 * Services by what they have spoilt, the likeliest cause first. What was slow is blamed as `blameServices` does; an error on the service
 * that its words name ("connect ECONNREFUSED payment:8080"), else on where it began; a changed step on who took it. Of changes seen in the same
 * requests those of services further down are taken as the cause of the others.
 */
export function likelyCauses({ bottlenecks, changes, calls }: CausesAsk): Cause[] {
  const services = new Set(calls.flatMap(({ caller, callee }) => [caller, callee]))
  const causes = new Map<string, Cause>()
  const causeOf = (service: string): Cause => {
    const cause = causes.get(service) ?? { service, weight: -1, bottlenecks: [], changes: [] }
    causes.set(service, cause)
    return cause
  }
  const allNano = bottlenecks.reduce((sum, { nowNano, traces }) => sum + nowNano * traces, 0)
  for (const blamed of blameServices(worthTelling(bottlenecks))) {
    const cause = causeOf(blamed.service)
    cause.bottlenecks = blamed.bottlenecks
    cause.weight = blamed.excessNano / Math.max(1, allNano)
  }
  const located = changes.map((change) => ({ change, service: blamedFor(change, services) }))
  const isBelow = reachable(calls)
  for (const { change, service } of located) {
    const cause = causeOf(service)
    cause.changes.push(change)
    const deeper = located.filter((other) => other.change.certain > 0 && isBelow(service, other.service))
    const explained = new Set(deeper.flatMap((other) => other.change.traceIds))
    const own = change.traceIds.filter((traceId) => !explained.has(traceId)).length
    const ownShare = own / Math.max(1, change.traceIds.length)
    cause.weight = Math.max(cause.weight, change.certain > 0 ? change.certain * ownShare : change.certain)
  }
  return [...causes.values()].sort((a, b) => b.weight - a.weight || (a.service < b.service ? -1 : 1))
}

/** A cause has slowed some endpoint by so large a share of its time. */
const shareLeast = 0.02

function worthTelling(bottlenecks: readonly Bottleneck[]): Bottleneck[] {
  const endpoints = new Map<string, number>()
  for (const { endpoint, nowNano } of bottlenecks) endpoints.set(endpoint, (endpoints.get(endpoint) ?? 0) + nowNano)
  return bottlenecks.filter(
    ({ endpoint, excessNano }) => excessNano >= shareLeast * Math.max(1, endpoints.get(endpoint) ?? 0),
  )
}

/** The known service that an error names other than its own; of several the one with the longest name. */
function blamedFor({ is, service, what }: BehaviourChange, services: ReadonlySet<string>): string {
  if (is === 'step') return service
  const words = new Set(what.split(/[^\w.-]+/).flatMap((word) => [word, word.replace(/[.:-]+$/, '')]))
  const named = [...services].filter((other) => other !== service && words.has(other))
  return named.sort((a, b) => b.length - a.length)[0] ?? service
}

/** Whether calls lead from one service to another, and not back. */
export function reachable(calls: CausesAsk['calls']): (from: string, to: string) => boolean {
  const callees = new Map<string, Set<string>>()
  for (const { caller, callee } of calls) callees.set(caller, (callees.get(caller) ?? new Set()).add(callee))
  const known = new Map<string, Set<string>>()
  const below = (from: string): Set<string> => {
    const found = known.get(from) ?? new Set<string>()
    if (known.has(from)) return found
    known.set(from, found)
    const waiting = [...(callees.get(from) ?? [])]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (found.has(next)) continue
      found.add(next)
      waiting.push(...(callees.get(next) ?? []))
    }
    return found
  }
  return (from, to) => from !== to && below(from).has(to) && !below(to).has(from)
}
