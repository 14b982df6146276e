import type { Shutdown } from './shutdown/public.ts'
import { shutdownOf } from './shutdown/shutdown.ts'
import { slot } from './slot.ts'

export type * from './shutdown/public.ts'

/**
 * The end of this process, in order: unready, delay, close servers, drain, hooks, flush; the exit code is kept.
 *
 * ```ts
 * shutdown.configure({ delayMs: 5_000 })
 * shutdown.server(server)
 * shutdown.add('pool', () => pool.end())
 * ```
 */
export const shutdown: Shutdown = shutdownOf(slot())
