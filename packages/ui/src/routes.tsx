import { Button } from '@mantine/core'
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { toServices } from './links.ts'
import { ErrorNote, Progress } from './parts/answer.tsx'
import { Empty } from './parts/empty.tsx'
import { Link } from './parts/link.tsx'
import { parseRawSearch, printRawSearch } from './parts/url.ts'
import { Shell } from './shell/shell.tsx'

/*
 * Each page is a chunk of its own, loaded when it is first gone to. Search parameters are the pages' business
 * (`url.ts`, read with `usePageSearch`), so the router only takes them apart.
 */
const ServicesPage = lazyRouteComponent(() => import('./pages/services/services-page.tsx'), 'ServicesPage')
const ServicePage = lazyRouteComponent(() => import('./pages/service/service-page.tsx'), 'ServicePage')
const TracesPage = lazyRouteComponent(() => import('./pages/traces/traces-page.tsx'), 'TracesPage')
const TracePage = lazyRouteComponent(() => import('./pages/trace/trace-page.tsx'), 'TracePage')
const LogsPage = lazyRouteComponent(() => import('./pages/logs/logs-page.tsx'), 'LogsPage')
const ErrorsPage = lazyRouteComponent(() => import('./pages/errors/errors-page.tsx'), 'ErrorsPage')
const MetricsPage = lazyRouteComponent(() => import('./pages/metrics/metrics-page.tsx'), 'MetricsPage')
const DashboardsPage = lazyRouteComponent(() => import('./pages/dashboards/dashboards-page.tsx'), 'DashboardsPage')
const DashboardPage = lazyRouteComponent(() => import('./pages/dashboard/dashboard-page.tsx'), 'DashboardPage')
const QueryPage = lazyRouteComponent(() => import('./pages/query/query-page.tsx'), 'QueryPage')
const AlertsPage = lazyRouteComponent(() => import('./pages/alerts/alerts-page.tsx'), 'AlertsPage')
const SlosPage = lazyRouteComponent(() => import('./pages/slos/slos-page.tsx'), 'SlosPage')
const RulePage = lazyRouteComponent(() => import('./pages/rule/rule-page.tsx'), 'RulePage')
const SystemPage = lazyRouteComponent(() => import('./pages/system/system-page.tsx'), 'SystemPage')

export function openRouter() {
  const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })
  const home = createRoute({
    getParentRoute: () => root,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: '/services', replace: true })
    },
  })
  const services = createRoute({ getParentRoute: () => root, path: '/services', component: ServicesPage })
  const service = createRoute({
    getParentRoute: () => root,
    path: '/services/$service',
    component: () => {
      const params = service.useParams()
      return <ServicePage key={params.service} service={params.service} />
    },
  })
  const traces = createRoute({ getParentRoute: () => root, path: '/traces', component: TracesPage })
  const trace = createRoute({
    getParentRoute: () => root,
    path: '/traces/$traceId',
    component: () => {
      const params = trace.useParams()
      return <TracePage key={params.traceId} traceId={params.traceId} />
    },
  })
  const logs = createRoute({ getParentRoute: () => root, path: '/logs', component: LogsPage })
  const errors = createRoute({ getParentRoute: () => root, path: '/errors', component: ErrorsPage })
  // Not /metrics: that is the server's own, for whoever scrapes it.
  const metrics = createRoute({ getParentRoute: () => root, path: '/metric', component: MetricsPage })
  const dashboards = createRoute({ getParentRoute: () => root, path: '/dashboards', component: DashboardsPage })
  const dashboard = createRoute({
    getParentRoute: () => root,
    path: '/dashboards/$id',
    component: () => {
      const params = dashboard.useParams()
      return <DashboardPage key={params.id} id={params.id} />
    },
  })
  const query = createRoute({ getParentRoute: () => root, path: '/query', component: QueryPage })
  const alerts = createRoute({ getParentRoute: () => root, path: '/alerts', component: AlertsPage })
  const slos = createRoute({ getParentRoute: () => root, path: '/slos', component: SlosPage })
  const rule = createRoute({ getParentRoute: () => root, path: '/rule', component: RulePage })
  const system = createRoute({ getParentRoute: () => root, path: '/system', component: SystemPage })
  return createRouter({
    routeTree: root.addChildren([
      home,
      services,
      service,
      traces,
      trace,
      logs,
      errors,
      metrics,
      dashboards,
      dashboard,
      query,
      alerts,
      rule,
      slos,
      system,
    ]),
    parseSearch: parseRawSearch,
    stringifySearch: printRawSearch,
    defaultPendingComponent: Progress,
    defaultErrorComponent: Failed,
  })
}

function Failed({ error, reset }: { error: unknown; reset: () => void }) {
  const wrong = error instanceof Error ? error : new Error(String(error))
  return notLoaded.test(wrong.message) ? <NotLoaded /> : <ErrorNote error={wrong} retry={reset} />
}

/** As browsers and Vite put it when a page's own files cannot be had. */
const notLoaded = /dynamically imported module|module script failed|preload CSS/

/** Files of a page are named by what is in them: after an update of the server those of the page before are gone. */
function NotLoaded() {
  return (
    <Empty title="This page could not be loaded">
      <div>The server is away, or it was updated since this tab was opened.</div>
      <Button variant="filled" onClick={() => globalThis.location.reload()}>
        Load it anew
      </Button>
    </Empty>
  )
}

function NotFound() {
  return (
    <Empty title="There is no such page">
      <Link href={toServices()}>Go to the services</Link>
    </Empty>
  )
}
