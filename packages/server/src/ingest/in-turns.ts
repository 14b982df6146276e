import { setImmediate as turnOfOthers } from 'node:timers/promises'

/**
 * Long work in steps: a generator that yields where it may be interrupted. `inTurns` lets others have their turn every
 * few milliseconds; `atOnce` does not.
 */
export type Steps<Result> = Generator<void, Result>

/** How long others wait for their turn. */
const sliceMs = 5

export async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
  let lastMs = performance.now()
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (performance.now() - lastMs < sliceMs) continue
    await turnOfOthers()
    lastMs = performance.now()
  }
}

export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
