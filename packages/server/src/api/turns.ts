import { ApiFailure } from './errors.ts'

/**
 * Turns at the engine: so many questions at once, and lines before it in which the rest wait.
 *
 *   pages   ────▶ ┐
 *   alerts  ────▶ ├─ one from each line in turn ─▶ atOnceMax turns, of which one line may hold all but one
 *   api     ────▶ ┘
 *
 * So a program that asks a hundred things at once shuts out neither the page someone looks at nor the alerts. A line
 * that is full says "try later".
 */
export type Lane = (typeof lanes)[number]
const lanes = ['pages', 'alerts', 'api'] as const

export type Turns = {
  take<Answer>(signal: AbortSignal, ask: () => Promise<Answer>, lane?: Lane): Promise<Answer>
  counts(): { running: number; waiting: number; refused: number }
}

type Line = { running: number; waiting: (() => void)[] }

export function openTurns({ atOnceMax, waitingMax }: { atOnceMax: number; waitingMax: number }): Turns {
  const lines: Record<Lane, Line> = {
    pages: { running: 0, waiting: [] },
    alerts: { running: 0, waiting: [] },
    api: { running: 0, waiting: [] },
  }
  const ofLineMax = Math.max(1, atOnceMax - 1)
  let running = 0
  let refused = 0
  let last = 0

  const begin = (line: Line): void => {
    running++
    line.running++
  }
  /** Gives a free turn to the next line that may have one. */
  const handOn = (): void => {
    for (let step = 1; step <= lanes.length && running < atOnceMax; step++) {
      const place = (last + step) % lanes.length
      const line = lines[lanes[place] ?? 'api']
      if (line.running >= ofLineMax) continue
      const go = line.waiting.shift()
      if (go === undefined) continue
      last = place
      begin(line)
      go()
      return
    }
  }
  return {
    async take(signal, ask, lane = 'api') {
      const line = lines[lane]
      if (signal.aborted) throw new ApiFailure('cancelled', 'Cannot answer this question: it was given up')
      if (running < atOnceMax && line.running < ofLineMax && line.waiting.length === 0) begin(line)
      else if (line.waiting.length >= waitingMax) {
        refused++
        throw new ApiFailure(
          'busy',
          `Cannot answer this question now: ${running} are being answered and ${waitingMax} wait; try again in a moment`,
          { retryAfterSeconds: 1 },
        )
      } else await wait(line, signal)
      try {
        return await ask()
      } finally {
        running--
        line.running--
        handOn()
      }
    },
    counts: () => ({
      running,
      waiting: lanes.reduce((sum, lane) => sum + lines[lane].waiting.length, 0),
      refused,
    }),
  }
}

/** Until this line has a turn for it; refused when nobody waits for the answer any more. */
function wait(line: Line, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = (): void => {
      signal.removeEventListener('abort', leave)
      resolve()
    }
    const leave = (): void => {
      const index = line.waiting.indexOf(go)
      if (index >= 0) line.waiting.splice(index, 1)
      reject(new ApiFailure('cancelled', 'Cannot answer this question: it was given up while it waited for its turn'))
    }
    line.waiting.push(go)
    signal.addEventListener('abort', leave, { once: true })
  })
}
