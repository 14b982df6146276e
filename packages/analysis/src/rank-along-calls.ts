import { reachable } from './likely-causes.ts'

/**
 * Which service a rise comes from, where there are only figures per service and the map of calls. What a request to `from` costs in a
 * service is its figure times how often it is called; what of that is not in the services it calls is its own:
 *
 *   site    +50 ms a request      calls search 1.7 times
 *   search  +30 ms a request  =>  +51 ms of the site's, so the site's own rise is none, and search is first
 *   table    +2 ms, called as often as search  =>  +3 ms, 48 ms are search's own
 */
export type ServiceLevel = {
  service: string
  requests: number
  /** Of one request: seconds, or the share that fails. */
  before: number
  now: number
  /** How far the figure strays by itself. */
  spread: number
}

export type OwnRise = {
  service: string
  /** Per request to `from`, without what the services it calls have risen by. */
  own: number
  rise: number
}

/** A figure within so many spreads of what it was has not risen. */
const spreads = 3

/** `from` and all it leads to, who has risen most by itself first. */
export function rankAlongCalls(
  levels: readonly ServiceLevel[],
  calls: readonly { caller: string; callee: string }[],
  from: string,
): OwnRise[] {
  const known = new Map(levels.map((level) => [level.service, level]))
  const asked = known.get(from)?.requests ?? 1
  const riseOf = ({ now, before, spread, requests }: ServiceLevel): number =>
    (Math.max(0, now - before - spreads * spread) * requests) / Math.max(1, asked)
  const isBelow = reachable(calls)
  const callersOf = (service: string): number =>
    calls.reduce((sum, { caller, callee }) => sum + (callee === service ? (known.get(caller)?.requests ?? 0) : 0), 0)
  return levels
    .filter(({ service }) => service === from || isBelow(from, service))
    .map((level) => {
      const rise = riseOf(level)
      const passedOn = calls
        .filter(({ caller }) => caller === level.service)
        .map(({ callee }) => {
          const called = known.get(callee)
          return called === undefined ? 0 : (riseOf(called) * level.requests) / Math.max(1, callersOf(callee))
        })
      return { service: level.service, rise, own: rise - passedOn.reduce((sum, each) => sum + each, 0) }
    })
    .sort((a, b) => b.own - a.own || b.rise - a.rise || (a.service < b.service ? -1 : 1))
}
