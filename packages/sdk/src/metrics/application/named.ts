import type { Attributes } from '../../public.ts'
import type { Report } from '../../report.ts'
import type { Instrument, Metering } from '../metering.ts'
import type { InstrumentKind } from '../points.ts'
import type { NamedMetrics } from './public.ts'

const scope = { name: 'wakeline', version: '', schemaUrl: '' }

const saidMax = 100

export function namedMetrics(metering: Metering, report: Report): NamedMetrics {
  const said = new Set<string>()
  /** The instrument, or undefined once its absence has been said. */
  const find = (name: string, act: string, kinds: readonly InstrumentKind[]): Instrument | undefined => {
    const found = metering.find(scope, name)
    if (found !== undefined && kinds.includes(found.shape.kind)) return found
    // Names that are made up as the program runs are not all said.
    if (said.has(`${act} ${name}`) || said.size >= saidMax) return undefined
    said.add(`${act} ${name}`)
    const why =
      found === undefined ? 'no instrument of that name was made: meter makes them' : `it is a ${found.shape.kind}`
    report(`Cannot ${act} metric "${name}": ${why}`)
    return undefined
  }
  const histogramOf = (name: string) => {
    const found = find(name, 'record into', ['histogram', 'summary'])
    return found !== undefined && !('values' in found) ? found : undefined
  }
  const numberOf = (name: string, act: string, kinds: readonly InstrumentKind[]) => {
    const found = find(name, act, kinds)
    return found !== undefined && 'values' in found ? found : undefined
  }
  return {
    add: (name, value, attributes) => numberOf(name, 'add to', ['counter', 'upDownCounter'])?.add(value, attributes),
    set: (name, value, attributes) => numberOf(name, 'set', ['gauge'])?.set(value, attributes),
    record: (name, value, attributes) => histogramOf(name)?.record(value, attributes),
    startTimer: (name, attributes: Attributes = {}) => {
      const startMs = performance.now()
      return (more) => {
        const seconds = (performance.now() - startMs) / 1000
        histogramOf(name)?.record(seconds, { ...attributes, ...more })
        return seconds
      }
    },
  }
}
