import {
  IconBell,
  IconBug,
  IconChartLine,
  IconLayoutDashboard,
  IconList,
  IconServer,
  IconStack2,
  IconTargetArrow,
  IconTerminal2,
  IconTimeline,
} from '@tabler/icons-react'
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
import { printRawSearch } from '../parts/url.ts'

export type Page = {
  readonly name: string
  readonly path: string
  readonly href: string
  readonly Icon: typeof IconList
  readonly keys: string
  /** Can be held to one service. */
  readonly ofService?: true
  /** In a narrow window behind "More". */
  readonly seldom?: true
}

export const pages: readonly Page[] = [
  { name: 'Services', path: '/services', href: toServices(), Icon: IconStack2, keys: 'g s' },
  { name: 'Traces', path: '/traces', href: toTraces(), Icon: IconTimeline, keys: 'g t', ofService: true },
  { name: 'Logs', path: '/logs', href: toLogs(), Icon: IconList, keys: 'g l', ofService: true },
  { name: 'Errors', path: '/errors', href: toErrors(), Icon: IconBug, keys: 'g e', ofService: true },
  {
    name: 'Metrics',
    path: '/metric',
    href: toMetric(''),
    Icon: IconChartLine,
    keys: 'g m',
    ofService: true,
    seldom: true,
  },
  {
    name: 'Dashboards',
    path: '/dashboards',
    href: toDashboards(),
    Icon: IconLayoutDashboard,
    keys: 'g d',
    seldom: true,
  },
  { name: 'Query', path: '/query', href: toQuery(), Icon: IconTerminal2, keys: 'g q', seldom: true },
  { name: 'Alerts', path: '/alerts', href: toAlerts(), Icon: IconBell, keys: 'g a' },
  { name: 'SLOs', path: '/slos', href: toSlos(), Icon: IconTargetArrow, keys: 'g o', seldom: true },
  { name: 'System', path: '/system', href: toSystem(), Icon: IconServer, keys: 'g y', seldom: true },
]

/** A page, held to the service that is being looked at where it can be. */
export function toPage({ href, ofService }: Page, service: string): string {
  return ofService ? href + printRawSearch({ service }) : href
}
