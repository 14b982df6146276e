import { expired } from './instruments.ts'
import type { Instrument } from './metering.ts'
import { newStep, overflowSlot, type Series } from './series.ts'

/** When each series was last seen in use, by instrument and slot. */
const lastUsed = new WeakMap<Instrument, number[]>()

/**
 * Forgets series unused for so long, as far as anybody has looked: called now and then. The overflow series, the one
 * without attributes and those that handles refer to stay.
 */
export function expireSeries(instrument: Instrument, nowMs: number, unusedMs: number): void {
  const { startUnixMs, bound, series } = instrument
  const lastUsedMs = lastUsed.get(instrument) ?? []
  lastUsed.set(instrument, lastUsedMs)
  const old = new Set<number>()
  for (let slot = overflowSlot + 1; slot < startUnixMs.length; slot++) {
    if (startUnixMs[slot] === expired) continue
    if (instrument.wasUsed(slot)) lastUsedMs[slot] = nowMs
    lastUsedMs[slot] ??= nowMs
    const stays = bound.has(slot) || Object.keys(series.attributes[slot] ?? {}).length === 0
    if (!stays && nowMs - (lastUsedMs[slot] ?? nowMs) >= unusedMs) old.add(slot)
  }
  if (old.size === 0) return
  forget(series, old)
  for (const slot of old) {
    startUnixMs[slot] = expired
    delete lastUsedMs[slot]
    instrument.clear(slot)
  }
}

/** Frees these slots. The ways to those that stay are learned again, each at its next use. */
function forget(series: Series, slots: ReadonlySet<number>): void {
  for (const [sorted, slot] of series.bySorted) {
    if (!slots.has(slot)) continue
    series.bySorted.delete(sorted)
    series.attributes[slot] = {}
    series.free.push(slot)
  }
  series.root = newStep()
  series.paths = 0
  series.overflowed = false
}
