import { ActionIcon, Menu, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { IconDots, IconKeyboard, IconMoon, IconSun } from '@tabler/icons-react'
import { useLocation } from '@tanstack/react-router'
import { Link } from '../parts/link.tsx'
import { one } from '../parts/url.ts'
import { clockAhead } from './clock-ahead.ts'
import { openKeyHelp } from './key-help.tsx'
import styles from './nav.module.css'
import { pages, toPage } from './pages.ts'

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
      {pages.map((each) => {
        const { name, path: root, Icon, keys, seldom } = each
        const isHere = path.startsWith(root)
        return (
          <Link
            key={name}
            href={toPage(each, service)}
            className={[styles.page, isHere && styles.here, seldom && styles.seldom].filter(Boolean).join(' ')}
            aria-current={isHere ? 'page' : undefined}
            title={`${name} ( ${keys} )`}
          >
            <Icon size={20} stroke={1.6} aria-hidden />
            {name}
          </Link>
        )
      })}
      <More path={path} service={service} />
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

/** Where a narrow window has no room: the pages that are seldom wanted at once. It has the name of the one that is shown. */
function More({ path, service }: { path: string; service: string }) {
  const seldom = pages.filter((page) => page.seldom)
  const here = seldom.find((page) => path.startsWith(page.path))
  const Icon = here?.Icon ?? IconDots
  return (
    <Menu position="top-end" transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <UnstyledButton className={`${styles.page} ${styles.more} ${here === undefined ? '' : styles.here}`}>
          <Icon size={20} stroke={1.6} aria-hidden />
          {here?.name ?? 'More'}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {seldom.map((page) => (
          <Menu.Item
            key={page.name}
            component={Link}
            href={toPage(page, service)}
            leftSection={<page.Icon size={18} stroke={1.6} aria-hidden />}
          >
            {page.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
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
