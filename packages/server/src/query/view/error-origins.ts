import { addTo } from '@wakeline/analysis'
import type { ServiceError } from '@wakeline/protocol'
import type { FailedSpanRow, ServiceErrorRow } from '../plan/service-errors.ts'

/**
 * Where errors began. A failed call fails its caller, whose own caller fails with it; who reads all three needs the first:
 *
 *   checkout  POST /orders       failed          follows (2)
 *   checkout    POST             failed          (2), began in payments
 *   payments      POST /charges  failed
 *   payments        ask the bank failed          where it began
 *
 * Failed spans are followed down to a failed span without one below it; of several below one the last, whose failure was final.
 */
export type ErrorOrigin = Pick<ServiceError, 'followed' | 'began' | 'follows'>

export function errorOrigins(
  service: string,
  errors: readonly Pick<ServiceErrorRow, 'name' | 'type' | 'alike' | 'followed'>[],
  failed: readonly FailedSpanRow[],
): ErrorOrigin[] {
  const below = new Map<string, FailedSpanRow>()
  const known = new Map<string, FailedSpanRow>()
  for (const span of failed) {
    known.set(idOf(span.trace, span.span), span)
    below.set(idOf(span.trace, span.parent), span)
  }
  const places = new Map(errors.map((error, place) => [kindOf({ ...error, service }), place]))
  const ways = errors.map(({ followed }) =>
    followed.flatMap(([trace, span]) => {
      const way = wayDown(known.get(idOf(trace, span)), below)
      return way.length === 0 ? [] : [way]
    }),
  )
  const follows = errors.map((error, place) => {
    const lasts = new Set((ways[place] ?? []).map((way) => lastOf(service, way)))
    const [last] = lasts
    const isOther = last !== undefined && last !== kindOf({ ...error, service })
    return lasts.size === 1 && isOther ? places.get(last) : undefined
  })
  return errors.map((_, place) => {
    const found = ways[place] ?? []
    const next = follows[place]
    const end = next === undefined ? undefined : (follows[next] ?? next)
    const began = mostBegan(service, found)
    return {
      followed: found.length,
      ...(began && { began }),
      ...(end !== undefined && end !== place && { follows: end }),
    }
  })
}

const idOf = (trace: string, span: string): string => trace + span
const kindOf = ({ service, name, type, alike }: Pick<FailedSpanRow, 'service' | 'name' | 'type' | 'alike'>): string =>
  JSON.stringify([service, name, type, alike])

function wayDown(from: FailedSpanRow | undefined, below: ReadonlyMap<string, FailedSpanRow>): FailedSpanRow[] {
  const way = new Set<FailedSpanRow>()
  for (let span = from; span !== undefined && !way.has(span); span = below.get(idOf(span.trace, span.span)))
    way.add(span)
  return [...way]
}

/** The kind of the last span that is of the service itself. */
function lastOf(service: string, way: readonly FailedSpanRow[]): string {
  const last = way.findLast((span) => span.service === service)
  return last === undefined ? '' : kindOf(last)
}

/** Where most of them began, if that is in another service. */
function mostBegan(service: string, ways: readonly FailedSpanRow[][]): ServiceError['began'] {
  const kinds = new Map<string, FailedSpanRow[]>()
  for (const way of ways) {
    const origin = way.at(-1)
    if (origin === undefined) continue
    addTo(kinds, kindOf(origin), origin)
  }
  const most = [...kinds.values()].reduce<FailedSpanRow[]>(
    (best, each) => (each.length > best.length ? each : best),
    [],
  )
  const [origin] = most
  if (origin === undefined || origin.service === service) return undefined
  const { name, type, message, trace, span } = origin
  return { service: origin.service, operation: name, type, message, traceId: trace, spanId: span, spans: most.length }
}
