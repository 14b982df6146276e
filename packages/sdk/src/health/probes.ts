import type { HealthChecks, HealthReport } from './public.ts'

/**
 * What a supervisor asks, and what it does with a "no":
 *
 *     /livez     is the process stuck?        restart it       asks no check: a database that is away is no reason to restart
 *     /readyz    may it get requests?         send them elsewhere
 *     /startupz  has it come up?              wait before asking the others; once yes, always yes
 */
export type Probe = 'livez' | 'readyz' | 'startupz'

export interface ProbeAnswer {
  readonly status: 200 | 503
  readonly body: { status: string; reason?: string; checks?: HealthReport['checks'] }
}

/** Where the process stands in its life, apart from its checks. */
export interface ProbeState {
  /** What has to be done before the process has started. */
  readonly starting: Set<string>
  started: boolean
  /** Why no more requests should come, when it is so. */
  unready: string | undefined
}

export async function answerProbe(probe: Probe, checks: HealthChecks, state: ProbeState): Promise<ProbeAnswer> {
  if (probe === 'livez') return { status: 200, body: { status: 'healthy' } }
  if (state.starting.size > 0) return unhealthy(`starting: ${[...state.starting].join(', ')}`)
  if (probe === 'readyz' && state.unready !== undefined) return unhealthy(state.unready)
  if (probe === 'startupz' && state.started) return { status: 200, body: { status: 'healthy' } }
  const report = await checks.run()
  // It may have become unready while a slow check was running.
  if (probe === 'readyz' && state.unready !== undefined) return unhealthy(state.unready)
  const ok = report.status !== 'unhealthy'
  if (ok) state.started = true
  return { status: ok ? 200 : 503, body: { status: report.status, checks: report.checks } }
}

function unhealthy(reason: string): ProbeAnswer {
  return { status: 503, body: { status: 'unhealthy', reason } }
}

const firstLetters = Array.from('lrs', (letter) => letter.charCodeAt(0))

/** `/readyz?verbose` → the probe and whether its checks are shown; undefined for any other path. */
export function readProbePath(url: string, prefix: string): { probe: Probe; verbose: boolean } | undefined {
  // Asked of every request there is: most are told apart by the letter that follows the prefix.
  if (!firstLetters.includes(url.charCodeAt(prefix.length + 1)) || !url.startsWith(prefix)) return undefined
  const [path, query] = url.slice(prefix.length).split('?', 2)
  const probe =
    path === '/livez' ? 'livez' : path === '/readyz' ? 'readyz' : path === '/startupz' ? 'startupz' : undefined
  if (probe === undefined) return undefined
  return { probe, verbose: query !== undefined && /(^|&)verbose(&|=|$)/.test(query) }
}
