import { Outlet, useLocation } from '@tanstack/react-router'
import { useDoor } from '../api/ask-context.tsx'
import { useStatus } from '../api/use-status.ts'
import { useKeys } from '../parts/keys.tsx'
import { useGo } from '../parts/link.tsx'
import { TimeProvider } from '../time/time-context.tsx'
import { KeyHelp } from './key-help.tsx'
import { Nav, usePresentService } from './nav.tsx'
import { pages, toPage } from './pages.ts'
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
  useKeys(
    'Go to',
    pages.map((page) => ({ keys: page.keys, says: page.name, run: () => go(toPage(page, service)) })),
  )
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
