import type { Bottleneck } from './bottlenecks.ts'

/** What a service is to blame for: the excess of all traces together, its own and of edges. */
export type Blamed = { service: string; excessNano: number; bottlenecks: Bottleneck[] }

/**
 * Services by what they made slower, summed over endpoints. The time of an edge is blamed on the callee, unless the caller
 * itself is the one that cannot keep up: its own time or what comes in to it is up as well, two or more of its edges are, and nobody else finds
 * the callee slow. A starved process makes all of its calls look slow.
 */
export function blameServices(bottlenecks: readonly Bottleneck[]): Blamed[] {
  const risen = bottlenecks.filter(({ excessNano }) => excessNano > 0)
  const byService = new Map<string, Blamed>()
  for (const bottleneck of risen) {
    const service = blamedFor(bottleneck, risen)
    const blamed = byService.get(service) ?? { service, excessNano: 0, bottlenecks: [] }
    blamed.excessNano += bottleneck.excessNano * bottleneck.traces
    blamed.bottlenecks.push(bottleneck)
    byService.set(service, blamed)
  }
  return [...byService.values()].sort((a, b) => b.excessNano - a.excessNano || (a.service < b.service ? -1 : 1))
}

function blamedFor({ service, caller }: Bottleneck, risen: readonly Bottleneck[]): string {
  if (caller === undefined) return service
  const isCallerSlow = risen.some((each) => each.service === caller)
  const callees = new Set(risen.filter((each) => each.caller === caller).map((each) => each.service))
  const isSlowForOthers = risen.some(
    (each) => each.service === service && each.caller !== undefined && each.caller !== caller,
  )
  return isCallerSlow && callees.size >= 2 && !isSlowForOthers ? caller : service
}
