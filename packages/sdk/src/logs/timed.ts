import { type End, followed, type Outcome } from '../followed.ts'
import type { Log } from '../public.ts'
import type { TimedOptions } from './public.ts'

interface Timing {
  readonly operation: string
  readonly name: string
  readonly log: Log
  readonly level: NonNullable<TimedOptions['level']>
}

/** Runs a call and writes one line when it is over, whatever it gives: a value, a promise, a generator or a stream. */
export function timeCall<T>(timing: Timing, call: () => T): T {
  const startMs = performance.now()
  let ended = false
  const end: End = (outcome, error) => {
    if (ended) return
    ended = true
    writeLine(timing, (performance.now() - startMs) / 1000, outcome, error)
  }
  try {
    return followed(call(), end)
  } catch (thrown) {
    end('error', thrown)
    throw thrown
  }
}

function writeLine(
  { operation, name, log, level }: Timing,
  durationSeconds: number,
  outcome: Outcome,
  error: unknown,
): void {
  const attributes = { operation, function: name, duration_seconds: durationSeconds, outcome }
  if (outcome !== 'error') log[level](attributes, operation)
  else log.error(error instanceof Error ? error : new Error(String(error)), { ...attributes }, operation)
}
