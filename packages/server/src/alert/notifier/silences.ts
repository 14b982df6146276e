import { randomUUID } from 'node:crypto'
import { type AlertLabels, type Matcher, matchesAll, printMatchers } from '../matchers/matcher.ts'

/** Alerts that match all of its matchers are not told from its start to its end. */
export type Silence = {
  readonly id: string
  readonly matchers: readonly Matcher[]
  readonly startsAtMs: number
  readonly endsAtMs: number
  readonly updatedAtMs: number
  readonly createdBy: string
  readonly comment: string
}
export type SilenceState = 'pending' | 'active' | 'expired'
/** Without an `id` it is a new one. */
export type GivenSilence = Omit<Silence, 'id' | 'updatedAtMs'> & { readonly id: string }

export type SilenceFault = { readonly fault: 'invalid' | 'not_found'; readonly message: string }

/** How long one that has expired can be looked up. */
const keptMs = 120 * 3_600_000
const silencesMax = 10_000

export function stateOfSilence({ startsAtMs, endsAtMs }: Silence, nowMs: number): SilenceState {
  if (nowMs < startsAtMs) return 'pending'
  return nowMs > endsAtMs || startsAtMs === endsAtMs ? 'expired' : 'active'
}

/** All silences. None is changed in what it silences: it ends, and another one begins. */
export class Silences {
  #all = new Map<string, Silence>()

  /** Adds one, or changes one that is there; its id, or why not. */
  set(given: GivenSilence, nowMs: number): { readonly id: string } | SilenceFault {
    const wrong = wrongWith(given, nowMs)
    if (wrong !== '') return { fault: 'invalid', message: `Cannot silence: ${wrong}` }
    const before = this.#all.get(given.id)
    if (before === undefined && given.id !== '')
      return { fault: 'not_found', message: `Cannot change the silence ${given.id}: there is none of this id` }
    if (before !== undefined && canBeChanged(before, given, nowMs)) {
      this.#all.set(given.id, { ...given, updatedAtMs: nowMs })
      return { id: given.id }
    }
    if (this.#all.size >= silencesMax)
      return {
        fault: 'invalid',
        message: `Cannot silence: there are ${silencesMax} silences; expired ones go after five days`,
      }
    if (before !== undefined && stateOfSilence(before, nowMs) !== 'expired') this.#end(before, nowMs)
    const id = randomUUID()
    this.#all.set(id, { ...given, id, startsAtMs: Math.max(given.startsAtMs, nowMs), updatedAtMs: nowMs })
    return { id }
  }

  /** Ends one now, if it has not ended; undefined, or why not. */
  expire(id: string, nowMs: number): SilenceFault | undefined {
    const silence = this.#all.get(id)
    if (silence === undefined)
      return { fault: 'not_found', message: `Cannot expire the silence ${id}: there is none of this id` }
    if (stateOfSilence(silence, nowMs) !== 'expired') this.#end(silence, nowMs)
    return undefined
  }

  #end(silence: Silence, nowMs: number): void {
    const startsAtMs = Math.min(silence.startsAtMs, nowMs)
    // Over from this very moment on.
    this.#all.set(silence.id, { ...silence, startsAtMs, endsAtMs: Math.max(startsAtMs, nowMs - 1), updatedAtMs: nowMs })
  }

  get(id: string): Silence | undefined {
    return this.#all.get(id)
  }

  list(): readonly Silence[] {
    return [...this.#all.values()]
  }

  /** Those that keep an alert of these labels from being told. */
  activeFor(labels: AlertLabels, nowMs: number): readonly Silence[] {
    return this.list().filter((each) => stateOfSilence(each, nowMs) === 'active' && matchesAll(each.matchers, labels))
  }

  load(silences: readonly Silence[]): void {
    for (const each of silences) this.#all.set(each.id, each)
  }

  /** Whether one was forgotten. */
  forget(nowMs: number): boolean {
    const before = this.#all.size
    for (const { id, endsAtMs } of this.list()) if (endsAtMs + keptMs < nowMs) this.#all.delete(id)
    return this.#all.size < before
  }
}

function wrongWith({ matchers, startsAtMs, endsAtMs }: GivenSilence, nowMs: number): string {
  if (matchers.length === 0) return 'it has no matchers; name at least one label'
  if (matchers.every(({ matches }) => matches('')))
    return 'every one of its matchers takes an alert without the label, so that it would silence nearly all; give one a value'
  if (endsAtMs <= startsAtMs) return 'it ends before it begins'
  return endsAtMs < nowMs ? 'its end is past' : ''
}

/** What is running may end at another time, what is to come may be moved. */
function canBeChanged(before: Silence, given: GivenSilence, nowMs: number): boolean {
  if (printMatchers(before.matchers) !== printMatchers(given.matchers)) return false
  const state = stateOfSilence(before, nowMs)
  if (state === 'expired') return false
  if (state === 'pending') return given.startsAtMs >= nowMs
  return Math.floor(before.startsAtMs / 1000) === Math.floor(given.startsAtMs / 1000) && given.endsAtMs >= nowMs
}
