import type { Services } from './services.ts'

/**
 * A bad deploy of payments a minute after the start and then at every interval; rolled back a minute later, when
 * somebody has noticed. What is bad about it stands in payments.ts.
 */

const firstDelayMs = 60_000
const badForMs = 60_000
const goodVersion = '1.4.2'

export function startDeploys({ services, intervalMs }: { services: Services; intervalMs: number }): {
  stop: () => void
} {
  let release = 0
  let timer: NodeJS.Timeout
  const later = (delayMs: number, act: () => Promise<void>): void => {
    timer = setTimeout(() => act().catch((error) => console.error(`Cannot deploy payments: ${error.message}`)), delayMs)
  }
  const deploy = async (): Promise<void> => {
    later(badForMs, rollBack)
    await services.deploy('payments', `1.5.${release++}`, 'release: one connection pool for all acquirers')
  }
  const rollBack = async (): Promise<void> => {
    later(Math.max(intervalMs - badForMs, 10_000), deploy)
    await services.deploy('payments', goodVersion, 'rollback: error ratio of POST /charges over 5 %')
  }
  later(Math.min(firstDelayMs, intervalMs), deploy)
  return { stop: () => clearTimeout(timer) }
}
