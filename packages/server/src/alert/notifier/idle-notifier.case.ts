import { defaultNotifyConfig } from './config/default-config.ts'
import { Notifier } from './notifier.ts'

/** A notifier that tells nobody, for servers of tests that have no alerts. */
export function idleNotifying(nowUnixMs: () => number) {
  const notifier = new Notifier(defaultNotifyConfig([]), {
    nowUnixMs,
    send: async () => ({ error: '', isWorthRetrying: false }),
    externalUrl: () => '',
    report: () => {},
    wake: () => {},
    changed: () => {},
  })
  return {
    notifier: () => notifier,
    source: () => ({ file: '', errors: [], leftOut: [] }),
    keep: async () => '',
  }
}
