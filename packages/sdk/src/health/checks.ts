import { messageOf } from '../encode/plain-value.ts'
import type { HealthCheck, HealthCheckResult, HealthChecks } from './public.ts'

/**
 * Health checks of one process: what it depends on, asked on request and remembered for a moment.
 *
 *   add('db', () => pool.query('select 1'), { ttlMs: 5_000 })
 *   run() ──> every check at the same time, each with its own time limit ──> one report
 *
 * Asking is cheap to repeat: a result younger than its `ttlMs` is given again, and askers that come while a check
 * is running wait for that run. A check that hangs costs its time limit once, not once for each asker.
 */

export type HealthClock = {
  nowUnixMs(): number
  /** Monotonic, in milliseconds. */
  elapsedMs(): number
}

type Entry = {
  check: HealthCheck
  timeoutMs: number
  critical: boolean
  ttlMs: number
  last: { result: HealthCheckResult; atMs: number } | undefined
  running: Promise<HealthCheckResult> | undefined
}

/** `observe` hears of every run of a check, not of results given again. */
export function createHealthChecks(
  clock: HealthClock,
  observe: (name: string, result: HealthCheckResult) => void,
): HealthChecks {
  const entries = new Map<string, Entry>()

  const ask = (name: string, entry: Entry): Promise<HealthCheckResult> => {
    if (entry.last !== undefined && clock.elapsedMs() - entry.last.atMs < entry.ttlMs) {
      return Promise.resolve(entry.last.result)
    }
    entry.running ??= runCheck(entry, clock).then((result) => {
      entry.last = { result, atMs: clock.elapsedMs() }
      entry.running = undefined
      observe(name, result)
      return result
    })
    return entry.running
  }

  return {
    add(name, check, { timeoutMs = 5_000, critical = true, ttlMs = 1_000 } = {}) {
      const entry: Entry = { check, timeoutMs, critical, ttlMs, last: undefined, running: undefined }
      entries.set(name, entry)
      return () => {
        if (entries.get(name) === entry) entries.delete(name)
      }
    },
    async run() {
      const names = [...entries.keys()]
      const results = await Promise.all([...entries].map(([name, entry]) => ask(name, entry)))
      const failed = results.filter((result) => !result.healthy)
      return {
        status: failed.length === 0 ? 'healthy' : failed.some((result) => result.critical) ? 'unhealthy' : 'degraded',
        checks: Object.fromEntries(names.map((name, i) => [name, results[i]])),
      }
    },
  }
}

async function runCheck(entry: Entry, clock: HealthClock): Promise<HealthCheckResult> {
  const checkedUnixMs = clock.nowUnixMs()
  const startedMs = clock.elapsedMs()
  const outcome = await outcomeOf(entry.check, entry.timeoutMs)
  const durationSeconds = (clock.elapsedMs() - startedMs) / 1000
  return { ...outcome, critical: entry.critical, durationSeconds, checkedUnixMs }
}

type Outcome = { healthy: boolean; error?: string; detail?: unknown }

async function outcomeOf(check: HealthCheck, timeoutMs: number): Promise<Outcome> {
  const abort = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => {
      abort.abort()
      resolve({ healthy: false, error: `no answer within ${timeoutMs} ms` })
    }, timeoutMs)
    timer.unref()
  })
  const answered = async (): Promise<Outcome> => {
    try {
      const detail = await check(abort.signal)
      if (detail === false) return { healthy: false, error: 'the check returned false' }
      if (isAnswer(detail)) return answerOf(detail)
      return detail === true || detail === undefined ? { healthy: true } : { healthy: true, detail }
    } catch (error) {
      return { healthy: false, error: messageOf(error) }
    }
  }
  const outcome = await Promise.race([answered(), late])
  clearTimeout(timer)
  return outcome
}

/** What `fetch` gives. */
interface Answer {
  readonly ok: boolean
  readonly status: number
  readonly body?: { cancel(): Promise<void> } | null
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'ok' in value && 'status' in value && 'headers' in value
}

/** An answer with 503 is one, and says no. A body that nobody reads would hold its connection. */
function answerOf({ ok, status, body }: Answer): Outcome {
  body?.cancel().catch(() => {})
  return ok ? { healthy: true, detail: `HTTP ${status}` } : { healthy: false, error: `HTTP ${status}` }
}
