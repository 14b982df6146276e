import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import {
  IconBell,
  IconBug,
  IconChartLine,
  IconKeyboard,
  IconLayoutDashboard,
  IconList,
  IconMoon,
  IconServer,
  IconStack2,
  IconSun,
  IconTargetArrow,
  IconTerminal2,
  IconTimeline,
} from '@tabler/icons-react'
import { useLocation } from '@tanstack/react-router'
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
import { Link } from '../parts/link.tsx'
import { one, printRawSearch } from '../parts/url.ts'
import { clockAhead } from './clock-ahead.ts'
import { openKeyHelp } from './key-help.tsx'
import styles from './nav.module.css'

const pages = [
  { name: 'Services', path: '/services', href: toServices(), Icon: IconStack2, keys: 'g s' },
  { name: 'Traces', path: '/traces', href: toTraces(), Icon: IconTimeline, keys: 'g t' },
  { name: 'Logs', path: '/logs', href: toLogs(), Icon: IconList, keys: 'g l' },
  { name: 'Errors', path: '/errors', href: toErrors(), Icon: IconBug, keys: 'g e' },
  { name: 'Metrics', path: '/metric', href: toMetric(''), Icon: IconChartLine, keys: 'g m' },
  { name: 'Dashboards', path: '/dashboards', href: toDashboards(), Icon: IconLayoutDashboard, keys: 'g d' },
  { name: 'Query', path: '/query', href: toQuery(), Icon: IconTerminal2, keys: 'g q' },
  { name: 'Alerts', path: '/alerts', href: toAlerts(), Icon: IconBell, keys: 'g a' },
  { name: 'SLOs', path: '/slos', href: toSlos(), Icon: IconTargetArrow, keys: 'g o' },
  { name: 'System', path: '/system', href: toSystem(), Icon: IconServer, keys: 'g y' },
] as const

/** Pages that can be held to one service. */
const ofService: ReadonlySet<string> = new Set(['/traces', '/logs', '/errors', '/metric'])

export type Connection = 'connecting' | 'live' | 'away'

/** The pages, at the left or (narrow) at the bottom; the state of the server, theme and key help below. */
export function Nav(props: { connection: Connection; version: string | undefined; aheadMs: number }) {
  const { connection, version, aheadMs } = props
  const path = useLocation().pathname
  const service = usePresentService()
  return (
    <nav className={styles.nav} aria-label="Pages">
      <Link href="/services" className={styles.mark} aria-label="Wakeline, services">
        <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden>
          <path
            d="M3 17h6l3-8 5 15 4-11 2 4h6"
            fill="none"
            stroke="var(--accent)"
            strokeWidth="2.6"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </svg>
      </Link>
      {pages.map(({ name, path: root, href, Icon, keys }) => (
        <Link
          key={name}
          href={ofService.has(root) ? href + printRawSearch({ service }) : href}
          className={path.startsWith(root) ? `${styles.page} ${styles.here}` : styles.page}
          aria-current={path.startsWith(root) ? 'page' : undefined}
          title={`${name} ( ${keys} )`}
        >
          <Icon size={20} stroke={1.6} aria-hidden />
          {name}
        </Link>
      ))}
      <div className={styles.rest}>
        <ConnectionState connection={connection} version={version} aheadMs={aheadMs} />
        <div className={styles.tools}>
          <ThemeSwitch />
          <ActionIcon className={styles.help ?? ''} aria-label="Keys" title="Keys ( ? )" onClick={openKeyHelp}>
            <IconKeyboard size={17} stroke={1.6} />
          </ActionIcon>
        </div>
      </div>
    </nav>
  )
}

/** The service being looked at, which stays chosen from page to page; '' for none. */
export function usePresentService(): string {
  const { pathname: path, search } = useLocation()
  const detail = /^\/services\/(.+)$/.exec(path)?.[1]
  return detail === undefined ? one(search, 'service') : decodeURIComponent(detail)
}

const connectionSays = {
  connecting: 'Asking the server for the first time',
  live: 'The server answers',
  away: 'The server does not answer; asked again every ten seconds',
} as const

function ConnectionState(props: { connection: Connection; version: string | undefined; aheadMs: number }) {
  const { connection, version } = props
  const ahead = connection === 'live' ? clockAhead(props.aheadMs) : undefined
  return (
    <div
      className={styles.connection}
      data-state={ahead === undefined ? connection : 'away'}
      role="status"
      title={`${ahead?.says ?? connectionSays[connection]}${version === undefined ? '' : `\nWakeline ${version}`}`}
    >
      <span className={styles.dot} aria-hidden />
      {ahead?.short ?? (connection === 'connecting' ? '…' : connection)}
    </div>
  )
}

function ThemeSwitch() {
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light')
  const other = scheme === 'light' ? 'dark' : 'light'
  const Icon = scheme === 'light' ? IconMoon : IconSun
  return (
    <ActionIcon
      aria-label={`Use the ${other} theme`}
      title={`Use the ${other} theme`}
      onClick={() => setColorScheme(other)}
    >
      <Icon size={17} stroke={1.6} />
    </ActionIcon>
  )
}
