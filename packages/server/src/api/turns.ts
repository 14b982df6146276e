import { ApiFailure } from './errors.ts'

/**
 * Turns at the engine: so many questions at once, so many waiting in order of arrival, and beyond that "try later",
 * so that one page with a hundred charts cannot shut out the others.
 */
export type Turns = {
  take<Answer>(signal: AbortSignal, ask: () => Promise<Answer>): Promise<Answer>
  counts(): { running: number; waiting: number; refused: number }
}

export function openTurns({ atOnceMax, waitingMax }: { atOnceMax: number; waitingMax: number }): Turns {
  const waiting: (() => void)[] = []
  let running = 0
  let refused = 0
  const wait = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        const index = waiting.indexOf(go)
        if (index >= 0) waiting.splice(index, 1)
        reject(new ApiFailure('cancelled', 'Cannot answer this question: it was given up while it waited for its turn'))
      }
      waiting.push(go)
      signal.addEventListener('abort', leave, { once: true })
    })
  return {
    async take(signal, ask) {
      if (signal.aborted) throw new ApiFailure('cancelled', 'Cannot answer this question: it was given up')
      if (running < atOnceMax) running++
      else if (waiting.length >= waitingMax) {
        refused++
        throw new ApiFailure(
          'busy',
          `Cannot answer this question now: ${running} are being answered and ${waitingMax} wait; try again in a moment`,
          { retryAfterSeconds: 1 },
        )
      } else await wait(signal)
      try {
        return await ask()
      } finally {
        // A turn is handed on, not given back, so that nobody comes in between.
        const next = waiting.shift()
        if (next === undefined) running--
        else next()
      }
    },
    counts: () => ({ running, waiting: waiting.length, refused }),
  }
}
