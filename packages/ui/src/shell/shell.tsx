import { Outlet, useLocation } from '@tanstack/react-router'
import { useDoor } from '../api/ask-context.tsx'
import { useStatus } from '../api/use-status.ts'
import {
  toAlerts,
  toDashboards,
  toErrors,
  toLogs,
  toMetric,
  toQuery,
  toServices,
  toSlos,
  toSystem,
  toTraces,
} from '../links.ts'
import { useKeys } from '../parts/keys.tsx'
import { useGo } from '../parts/link.tsx'
import { TimeProvider } from '../time/time-context.tsx'
import { KeyHelp } from './key-help.tsx'
import { Nav, usePresentService } from './nav.tsx'
import styles from './shell.module.css'
import { TokenPage } from './token-page.tsx'

/** How often pages that show the present ask again by themselves; those people read in do not move under their eyes. */
const refreshSecondsOf: Record<string, number> = { services: 10, metric: 30, dashboards: 30 }

/** What stands around every page: the navigation, the time range, the keys. */
export function Shell() {
  const { locked } = useDoor()
  const path = useLocation().pathname
  if (locked) return <TokenPage />
  return (
    <TimeProvider refreshSeconds={refreshSecondsOf[path.split('/')[1] ?? ''] ?? 0} pageKey={path}>
      <Frame />
    </TimeProvider>
  )
}

function Frame() {
  const go = useGo()
  const { connection, status, aheadMs } = useStatus()
  const service = usePresentService()
  useKeys('Go to', [
    { keys: 'g s', says: 'Services', run: () => go(toServices()) },
    { keys: 'g t', says: 'Traces', run: () => go(toTraces({ service })) },
    { keys: 'g l', says: 'Logs', run: () => go(toLogs({ service })) },
    { keys: 'g e', says: 'Errors', run: () => go(toErrors({ service })) },
    { keys: 'g m', says: 'Metrics', run: () => go(toMetric('', { service })) },
    { keys: 'g d', says: 'Dashboards', run: () => go(toDashboards()) },
    { keys: 'g q', says: 'Query', run: () => go(toQuery()) },
    { keys: 'g a', says: 'Alerts', run: () => go(toAlerts()) },
    { keys: 'g o', says: 'SLOs', run: () => go(toSlos()) },
    { keys: 'g y', says: 'System', run: () => go(toSystem()) },
  ])
  return (
    <div className={styles.shell}>
      <Nav connection={connection} version={status?.version} aheadMs={aheadMs} />
      <main className={styles.main}>
        <Outlet />
      </main>
      <KeyHelp />
    </div>
  )
}
