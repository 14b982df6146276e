/**
 * Where things are. Pages make links to one another with these and need not know each other; the time range is
 * carried along by `Link` and `useGo` unless a link names its own.
 */
import { type DashboardSearch, dashboardUrl } from './pages/dashboard/url.ts'
import { type ErrorsSearch, errorsUrl } from './pages/errors/url.ts'
import { type LogsSearch, logsUrl } from './pages/logs/url.ts'
import { type MetricsSearch, metricsUrl } from './pages/metrics/url.ts'
import { type QuerySearch, queryUrl } from './pages/query/url.ts'
import { type RuleSearch, ruleUrl } from './pages/rule/url.ts'
import type { Compare } from './pages/service/url.ts'
import { type ServicesSearch, servicesUrl } from './pages/services/url.ts'
import { traceUrl } from './pages/trace/url.ts'
import { type TracesSearch, tracesUrl } from './pages/traces/url.ts'
import { printPath, type RawSearch } from './parts/url.ts'
import { between, printRange } from './time/range.ts'

/** What a link may say beside the page's own parameters. */
export type LinkScope = {
  /** The service filter of the bar on top. */
  service?: string
  /** A piece of time instead of the present range. */
  at?: { fromMs: number; toMs: number }
}

export function toServices(search: Partial<ServicesSearch> = {}): string {
  return printPath('/services', servicesUrl.print({ ...servicesUrl.parse({}), ...search }))
}

export function toService(service: string, at?: LinkScope['at'], compare?: Compare): string {
  return printPath(`/services/${encodeURIComponent(service)}`, { compare, ...scope({ ...(at && { at }) }) })
}

export function toTraces({ service, at, ...search }: Partial<TracesSearch> & LinkScope = {}): string {
  return printPath('/traces', {
    ...tracesUrl.print({ ...tracesUrl.parse({}), ...search }),
    ...scope({ ...(service && { service }), ...(at && { at }) }),
  })
}

/** One trace; with a span, that span is selected. */
export function toTrace(traceId: string, spanId?: string): string {
  return printPath(
    `/traces/${encodeURIComponent(traceId)}`,
    traceUrl.print({ ...traceUrl.parse({}), span: spanId ?? '' }),
  )
}

/** `traceId` and `spanId` become terms of the search. */
export function toLogs({
  service,
  at,
  traceId,
  spanId,
  q = '',
  ...search
}: Partial<LogsSearch> & LinkScope & { traceId?: string; spanId?: string } = {}): string {
  const terms = [q, traceId && `trace_id:${traceId}`, spanId && `span_id:${spanId}`].filter(Boolean).join(' ')
  return printPath('/logs', {
    ...logsUrl.print({ ...logsUrl.parse({}), ...search, q: terms }),
    ...scope({ ...(service && { service }), ...(at && { at }) }),
  })
}

export function toErrors({ service, at, ...search }: Partial<ErrorsSearch> & LinkScope = {}): string {
  return printPath('/errors', {
    ...errorsUrl.print({ ...errorsUrl.parse({}), ...search }),
    ...scope({ ...(service && { service }), ...(at && { at }) }),
  })
}

export function toMetric(metric: string, { service, at, ...search }: Partial<MetricsSearch> & LinkScope = {}): string {
  return printPath('/metric', {
    ...metricsUrl.print({ ...metricsUrl.parse({}), ...search, metric }),
    ...scope({ ...(service && { service }), ...(at && { at }) }),
  })
}

export function toQuery({ at, ...search }: Partial<QuerySearch> & Pick<LinkScope, 'at'> = {}): string {
  return printPath('/query', {
    ...queryUrl.print({ ...queryUrl.parse({}), ...search }),
    ...scope({ ...(at && { at }) }),
  })
}

export function toDashboards(): string {
  return '/dashboards'
}

/** `last` is the time it is looked at over, where the viewer has chosen none. */
export function toDashboard(
  id: string,
  { last = '', ...search }: Partial<DashboardSearch> & { last?: string } = {},
): string {
  return printPath(`/dashboards/${encodeURIComponent(id)}`, {
    ...dashboardUrl.print({ ...dashboardUrl.parse({}), ...search }),
    last,
  })
}

export function toAlerts(): string {
  return '/alerts'
}

export function toSlos(): string {
  return '/slos'
}

/** A rule that was made here, or a new one that begins with a search. */
export function toRule(search: Partial<RuleSearch> = {}): string {
  return printPath('/rule', ruleUrl.print({ ...ruleUrl.parse({}), ...search }))
}

export function toSystem(): string {
  return '/system'
}

function scope({ service, at }: LinkScope): RawSearch {
  return { service, ...(at && printRange(between(at.fromMs, at.toMs))) }
}
