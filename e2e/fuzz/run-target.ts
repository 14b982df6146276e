import { randomOf } from '../../packages/protocol/src/random.case.ts'
import { inputMaxBytes, mutate } from './mutate.ts'
import type { Target } from './targets.ts'

/** What fuzzing one target came to. A failure is told with the input, in base64. */
export type Fuzzed = { executions: number; kept: number; slowestMs: number; failures: string[] }

export type FuzzOptions = { executions: number; seed: number; progress?: (done: number) => void }

/** Longer for one input of 4 KiB is as good as a hang. */
const executionMaxMs = 1000
const corpusMax = 4000
const failuresMax = 5
const executionsPerProgress = 2000

/**
 * Tries mutated inputs. One whose outcome was not seen before is kept and mutated further, so that fuzzing finds its way
 * to what lies behind a first check.
 */
export function fuzzTarget(target: Target, { executions, seed, progress }: FuzzOptions): Fuzzed {
  const random = randomOf(seed)
  const words = target.words.map((word) => new TextEncoder().encode(word))
  const corpus: Uint8Array[] = target.seeds.map((each) => each.slice(0, inputMaxBytes))
  const outcomes = new Set<string>()
  const fuzzed: Fuzzed = { executions: 0, kept: 0, slowestMs: 0, failures: [] }
  let execute = target.open()
  for (; fuzzed.executions < executions; fuzzed.executions += 1) {
    const isSeed = fuzzed.executions < target.seeds.length
    const input = isSeed
      ? (corpus[fuzzed.executions] ?? new Uint8Array())
      : mutate(random.pick(corpus), random, corpus, words)
    const startedMs = performance.now()
    try {
      const outcome = execute(input)
      if (!outcomes.has(outcome) && corpus.length < corpusMax) {
        outcomes.add(outcome)
        corpus.push(input)
        fuzzed.kept += 1
      }
    } catch (error) {
      fuzzed.failures.push(`${error instanceof Error ? error.stack : error}\n${Buffer.from(input).toString('base64')}`)
      // What a fault has left behind is no longer to be relied on.
      execute = target.open()
    }
    const tookMs = performance.now() - startedMs
    fuzzed.slowestMs = Math.max(fuzzed.slowestMs, tookMs)
    // Others may have had the processor: only the time of its own counts.
    const cpuMs = tookMs > executionMaxMs ? cpuMsOf(() => execute(input)) : 0
    if (cpuMs > executionMaxMs) fuzzed.failures.push(`it took ${cpuMs} ms\n${Buffer.from(input).toString('base64')}`)
    if (fuzzed.failures.length >= failuresMax) break
    if (fuzzed.executions % executionsPerProgress === 0) progress?.(fuzzed.executions)
  }
  return fuzzed
}

function cpuMsOf(act: () => void): number {
  const before = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
