import type { Attributes } from '../../public.ts'
import type { NumberInstrument } from '../instruments.ts'
import type { Metering } from '../metering.ts'
import type { GaugeAggregation } from '../points.ts'
import type { WirePoint } from './messages.ts'

/** One series as workers told it. */
interface Level {
  readonly instrument: NumberInstrument
  readonly attributes: Attributes
  /** By worker, with the turn it was told in. */
  readonly of: Map<string, { value: number; turn: number }>
  /** What workers counted of a sum that is observed here: it stays when they are gone. */
  kept: number
  /** What was put into the instrument, and what the primary had there itself. */
  put: number | undefined
  own: number | undefined
}

/**
 * Values that are not simply added: gauges, sums that go both ways, and sums that the primary observes itself, which are
 * put in anew each time metrics are collected.
 */
export class Levels {
  private readonly metering: Metering
  private readonly byInstrument = new Map<NumberInstrument, Map<string, Level>>()
  private readonly turns = new Map<string, number>()

  constructor(metering: Metering) {
    this.metering = metering
  }

  /** The beginning of what a worker tells in one turn. */
  begin(worker: string, turn: number): void {
    this.turns.set(worker, turn)
  }

  /** Of a sum that only grows (no worker is given) the value is what came to it. */
  take(instrument: NumberInstrument, { attributes, value }: WirePoint, worker: string | undefined): void {
    const { kind, aggregate = 'worker' } = instrument.shape
    const apart = kind === 'gauge' && aggregate === 'worker' && worker !== undefined
    const level = this.level(instrument, apart ? { ...attributes, 'worker.id': worker } : attributes)
    if (worker === undefined) level.kept += value
    else level.of.set(worker, { value, turn: this.turns.get(worker) ?? 0 })
  }

  /** What this worker did not tell in this turn is no more. */
  told(worker: string, turn: number): void {
    for (const levels of this.byInstrument.values())
      for (const { of } of levels.values()) if ((of.get(worker)?.turn ?? turn) < turn) of.delete(worker)
  }

  gone(worker: string): void {
    this.told(worker, Number.POSITIVE_INFINITY)
    this.turns.delete(worker)
  }

  /** Called when the primary's own observers have run. */
  put(): void {
    for (const [instrument, levels] of this.byInstrument) {
      const isObserved = this.metering.isObserved(instrument)
      for (const [key, level] of levels) {
        this.putLevel(instrument, level, isObserved)
        if (level.of.size === 0 && level.kept === 0) levels.delete(key)
      }
    }
  }

  private putLevel(instrument: NumberInstrument, level: Level, isObserved: boolean): void {
    const { kind, aggregate } = instrument.shape
    const told = Array.from(level.of.values(), ({ value }) => value)
    const slot = instrument.slot(level.attributes)
    const before = instrument.used[slot] === 0 ? undefined : (instrument.values[slot] ?? 0)
    if (isObserved) level.own = before
    else if (kind !== 'gauge') level.own = before === undefined ? undefined : before - (level.put ?? 0)
    else if (before !== level.put) level.own = before
    const all = level.own === undefined ? told : [level.own, ...told]
    const combined = kind === 'gauge' ? combine(all, aggregate ?? 'sum') : combine([...all, level.kept], 'sum')
    const isThere = all.length > 0 || level.kept !== 0
    instrument.values[slot] = isThere ? combined : 0
    instrument.used[slot] = isThere ? fresh : 0
    level.put = !isThere ? undefined : kind === 'gauge' ? combined : combined - (level.own ?? 0)
  }

  private level(instrument: NumberInstrument, attributes: Attributes): Level {
    let levels = this.byInstrument.get(instrument)
    if (levels === undefined) {
      levels = new Map()
      this.byInstrument.set(instrument, levels)
    }
    const key = JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)))
    let level = levels.get(key)
    if (level === undefined) {
      level = { instrument, attributes, of: new Map(), kept: 0, put: undefined, own: undefined }
      levels.set(key, level)
    }
    return level
  }
}

const fresh = 2

function combine(values: readonly number[], how: GaugeAggregation): number {
  const sum = values.reduce((total, value) => total + value, 0)
  if (how === 'min') return Math.min(...values)
  if (how === 'max') return Math.max(...values)
  return how === 'mean' ? sum / values.length : sum
}
