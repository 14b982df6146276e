import { createHash } from 'node:crypto'
import type { ScrapeConfig, TargetGroup } from './config.ts'
import { parseDuration } from './read-config.ts'
import { type Labels, relabel } from './relabel.ts'

/** One place to scrape, after relabelling. */
export type Target = {
  /** The same for the same labels and URL, whatever found it. */
  id: string
  url: string
  /** What its samples get, `job` and `instance` included; none begins with `__`. */
  labels: ReadonlyMap<string, string>
  /** Before relabelling. */
  discoveredLabels: ReadonlyMap<string, string>
  intervalMs: number
  timeoutMs: number
}

export type DroppedTarget = { discoveredLabels: ReadonlyMap<string, string> }

/** What a group comes to: targets, those a rule dropped, and what is wrong with the others. */
export type Found = { targets: Target[]; dropped: DroppedTarget[]; wrong: string[] }

/** `more`: labels of where the group was found, as `__meta_filepath`. */
export function targetsOf(
  config: ScrapeConfig,
  group: TargetGroup,
  more: Readonly<Record<string, string>> = {},
): Found {
  const found: Found = { targets: [], dropped: [], wrong: [] }
  for (const address of group.targets) {
    const discoveredLabels = discover(
      config,
      new Map([['__address__', address], ...group.labels, ...Object.entries(more)]),
    )
    const labels = new Map(discoveredLabels)
    if (!relabel(labels, config.relabelRules)) found.dropped.push({ discoveredLabels })
    else {
      const target = targetOf(config, labels, discoveredLabels)
      if (typeof target === 'string') found.wrong.push(`Cannot scrape "${address}" of ${config.jobName}: ${target}`)
      else found.targets.push(target)
    }
  }
  return found
}

/** The labels that relabelling begins with: those of the group win over those of the configuration. */
function discover(config: ScrapeConfig, labels: Labels): Labels {
  const initial: Record<string, string> = {
    job: config.jobName,
    __scrape_interval__: `${config.intervalMs}ms`,
    __scrape_timeout__: `${config.timeoutMs}ms`,
    __metrics_path__: config.metricsPath,
    __scheme__: config.scheme,
  }
  for (const [name, value] of Object.entries(initial)) if (!labels.get(name)) labels.set(name, value)
  for (const [name, [first]] of config.params) if (first !== undefined) labels.set(`__param_${name}`, first)
  for (const [name, value] of labels) if (value === '') labels.delete(name)
  return labels
}

function targetOf(config: ScrapeConfig, labels: Labels, discoveredLabels: Labels): Target | string {
  const label = (name: string): string => labels.get(name) ?? ''
  const address = label('__address__')
  if (address === '') return 'it has no address; no __address__ is left by its relabel_configs'
  if (/[/?#@\s]/.test(address)) return `its address "${address}" is not host:port`
  const intervalMs = parseDuration(label('__scrape_interval__')) ?? 0
  const timeoutMs = parseDuration(label('__scrape_timeout__')) ?? 0
  if (intervalMs === 0) return `its scrape interval "${label('__scrape_interval__')}" is not a time`
  if (timeoutMs === 0) return `its scrape timeout "${label('__scrape_timeout__')}" is not a time`
  if (timeoutMs > intervalMs)
    return `its scrape timeout of ${timeoutMs} ms is longer than its interval of ${intervalMs} ms`
  const scheme = label('__scheme__')
  if (scheme !== 'http' && scheme !== 'https') return `its scheme "${scheme}" is neither http nor https`
  const url = urlOf(config, labels)
  if (!URL.canParse(url)) return `its URL "${url}" is none`
  const own = new Map([...labels].filter(([name]) => !name.startsWith('__')))
  if (!own.has('instance')) own.set('instance', address)
  const id = JSON.stringify([url, [...own].sort()])
  return { id, url, labels: own, discoveredLabels, intervalMs, timeoutMs }
}

function urlOf(config: ScrapeConfig, labels: Labels): string {
  const params = new Map([...config.params].map(([name, values]) => [name, [...values]]))
  for (const [name, value] of labels) {
    if (!name.startsWith('__param_')) continue
    const param = name.slice('__param_'.length)
    params.set(param, [value, ...(params.get(param) ?? []).slice(1)])
  }
  const query = new URLSearchParams()
  for (const [name, values] of [...params].sort(([a], [b]) => (a < b ? -1 : 1)))
    for (const value of values) query.append(name, value)
  const path = labels.get('__metrics_path__') ?? ''
  const text = query.toString()
  const base = `${labels.get('__scheme__')}://${labels.get('__address__')}${path.startsWith('/') ? '' : '/'}${path}`
  return text === '' ? base : `${base}${path.includes('?') ? '&' : '?'}${text}`
}

/** When a target's turn within its interval is: spread by what it is, so that it stays when the server starts again. */
export function offsetMs(target: Target): number {
  return createHash('sha1').update(target.id).digest().readUInt32BE(0) % target.intervalMs
}
