import { readable } from '../encode/readable.ts'
import type { Attributes } from '../public.ts'

/**
 * Finds the slot of a series from its attributes: a trie with one step per attribute, in the order the caller writes
 * them. Another order of the same attributes is another path to the same slot.
 *
 *     root --route--> '/a' --method--> 'GET' -> slot 0
 *                          --method--> 'PUT' -> slot 1
 *
 * Slot 0 is the overflow series: all that comes after `max` series is summed there and said once.
 */
export interface Step {
  key: string
  values: Map<unknown, Step>
  /** Paths that continue with another key. */
  other: Step[] | undefined
  slot: number
}

export const overflowSlot = 0
const overflowAttributes: Attributes = { 'otel.metric.overflow': true }
const noSlot = -1
const pathsPerSeries = 4

export interface SeriesLimits {
  seriesMax: number
  /** The only attributes a series has; undefined when any will do. */
  readonly labels?: readonly string[] | undefined
  /** Told of what was given beside the declared labels, or not given. */
  mislabelled?(kind: 'undeclared' | 'missing', key: string): void
  /** Says that these are all there will be; returns the name of the attribute that grew. */
  overflowed(series: readonly Attributes[]): string
}

export class Series {
  /** Attributes by slot; slot 0 is the overflow series. */
  readonly attributes: Attributes[] = [overflowAttributes]
  overflowed = false
  root: Step = newStep()
  readonly bySorted: Map<string, number> = new Map()
  /** Slots of series that were forgotten: the next new series take them. */
  readonly free: number[] = []
  private readonly limits: SeriesLimits
  paths = 0

  constructor(limits: SeriesLimits) {
    this.limits = limits
  }

  /** The slot of these attributes; a new one is made while there is room. */
  slotOf(attributes: Attributes): number {
    let step = this.root
    try {
      for (const key in attributes) {
        const value = attributes[key]
        if (value === undefined) continue
        const at = step.key === key ? step : branch(step, key)
        const next = at?.values.get(value)
        if (next === undefined) return this.learn(attributes)
        step = next
      }
    } catch {
      // A value that cannot be read: learning names it.
      return this.learn(attributes)
    }
    return step.slot === noSlot ? this.learn(attributes) : step.slot
  }

  private learn(attributes: Attributes): number {
    // Read once: a getter that answers otherwise the next time would lead to this series from the path of another.
    const given = Object.entries(readable(attributes))
    const own: Attributes = Object.fromEntries(
      given
        .filter(([key]) => this.isLabel(key))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => [key, scalar(value)]),
    )
    const missing = this.limits.labels?.find((label) => own[label] === undefined)
    if (missing !== undefined) this.limits.mislabelled?.('missing', missing)
    // By what they look like: `200` and `"200"` would be the same series twice in an exposition.
    const sorted = JSON.stringify(Object.entries(own).map(([key, value]) => [key, String(value)]))
    let slot = this.bySorted.get(sorted)
    if (slot === undefined) {
      if (this.bySorted.size >= this.limits.seriesMax) return this.overflow()
      slot = this.free.pop() ?? this.attributes.length
      this.attributes[slot] = own
      this.bySorted.set(sorted, slot)
    }
    if (this.paths < this.limits.seriesMax * pathsPerSeries) this.path(given, slot)
    return slot
  }

  /** What was not declared is left out of the series, and said. */
  private isLabel(key: string): boolean {
    const { labels } = this.limits
    if (labels === undefined || labels.includes(key)) return true
    this.limits.mislabelled?.('undeclared', key)
    return false
  }

  private path(given: readonly (readonly [string, unknown])[], slot: number): void {
    let step = this.root
    for (const [key, value] of given) {
      // Objects would be found by identity: a path that is never met again.
      if (typeof value === 'object' || typeof value === 'function') return
      if (step.key === '') step.key = key
      const at = step.key === key ? step : (branch(step, key) ?? grow(step, key))
      let next = at.values.get(value)
      if (next === undefined) {
        next = newStep()
        at.values.set(value, next)
      }
      step = next
    }
    if (step.slot === noSlot) this.paths++
    step.slot = slot
  }

  private overflow(): number {
    if (!this.overflowed) {
      this.overflowed = true
      // Told where it is seen: beside the numbers, not only on stderr.
      const name = this.limits.overflowed(this.attributes.slice(1))
      this.attributes[overflowSlot] = { ...overflowAttributes, 'wakeline.overflow.attribute': name }
    }
    return overflowSlot
  }
}

export function newStep(): Step {
  return { key: '', values: new Map(), other: undefined, slot: noSlot }
}

function branch(step: Step, key: string): Step | undefined {
  return step.other?.find((other) => other.key === key)
}

function grow(step: Step, key: string): Step {
  const other = { ...newStep(), key }
  step.other = [...(step.other ?? []), other]
  return other
}

/** A label is text, a number or a boolean; anything else is kept as the text it prints as. */
function scalar(value: unknown): unknown {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  try {
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  } catch {
    return '[object]'
  }
}
