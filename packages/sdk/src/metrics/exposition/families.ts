import type { Scope } from '../../export/signal-buffer.ts'
import type { Instrument } from '../metering.ts'
import type { InstrumentKind } from '../points.ts'
import { familyName, unitWord } from './names.ts'

export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'unknown'

/** One metric family of an exposition and the instruments whose series are its samples. */
export interface Family {
  /** Without `_total`. */
  readonly name: string
  readonly type: FamilyType
  readonly help: string
  readonly unit: string
  readonly members: Member[]
}

export interface Member {
  readonly instrument: Instrument
  /** Empty when it is not told. */
  readonly scopeName: string
  readonly from: Scope
}

const typeOf: Readonly<Record<InstrumentKind, FamilyType>> = {
  counter: 'counter',
  upDownCounter: 'gauge',
  gauge: 'gauge',
  histogram: 'histogram',
  summary: 'summary',
}

/**
 * All instruments by the name they have in Prometheus. Two scopes may use one name: then the scope is a label. Two
 * types under one name cannot be told in an exposition: the later one is left out and `clash` is told.
 */
export function familiesOf(
  scopes: Iterable<{ scope: Scope; instruments: Iterable<Instrument> }>,
  clash: (sentence: string) => void,
): Family[] {
  const families = new Map<string, Family>()
  for (const { scope, instruments } of scopes) {
    for (const instrument of instruments) {
      const { shape } = instrument
      const name = familyName(shape)
      const type = typeName(shape.kind, name)
      const known = families.get(name)
      if (known === undefined) {
        const unit = unitWord(shape.unit, shape.kind === 'gauge')
        const help = shape.description || shape.name
        const scopeName = isOurs(scope.name) ? '' : scope.name
        families.set(name, { name, type, help, unit, members: [{ instrument, scopeName, from: scope }] })
      } else if (known.type !== type) {
        clash(`Cannot expose ${type} "${shape.name}": in Prometheus it is ${name}, as a ${known.type} is`)
      } else if (known.members.some((member) => member.from === scope)) {
        clash(`Cannot expose ${type} "${shape.name}": in Prometheus it is ${name}, as another one is`)
      } else {
        known.members.push({ instrument, scopeName: scope.name, from: scope })
      }
    }
  }
  return [...families.values()]
}

function isOurs(scopeName: string): boolean {
  return scopeName === 'wakeline' || scopeName.startsWith('wakeline/')
}

/** What a counter's or a histogram's samples are called is no name for a gauge; given without a type it is found all the same. */
function typeName(kind: InstrumentKind, name: string): FamilyType {
  const type = typeOf[kind]
  return type === 'gauge' && /_(total|count|sum|bucket)$/.test(name) ? 'unknown' : type
}
