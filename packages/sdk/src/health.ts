import { healthOf } from './health/health.ts'
import type { Health } from './health/public.ts'
import { slot } from './slot.ts'

export type * from './health/public.ts'

/**
 * The health of this process: what it depends on, and what a supervisor is told.
 *
 * ```ts
 * health.add('db', () => pool.query('select 1'), { timeoutMs: 2_000, ttlMs: 5_000 })
 * const probes = health.handler()
 * createServer((request, response) => probes(request, response) || app(request, response))
 * ```
 */
export const health: Health = healthOf(slot())
