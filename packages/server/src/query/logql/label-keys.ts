import { addTo } from '@wakeline/analysis'
import { logMinutes } from '../plan/rollups.ts'
import type { Running } from '../run.ts'
import { type Sql, sql } from '../sql.ts'
import { daysInRange, daysSince, type TimeRange } from '../time-range.ts'
import { levelNames } from './levels.ts'

/**
 * Loki's labels are words without dots; ours are attribute keys: `k8s.pod.name` is asked for as `k8s_pod_name`. Several
 * keys may have one label.
 */
export type LabelKeys = {
  /** Keys of records and of resources that a label stands for; the label itself where none was seen. */
  keysOf(label: string): readonly string[]
  /** Labels of streams: what resources carry, the service and the level. */
  streamLabels: readonly string[]
}

export const serviceLabel = 'service_name'
export const levelLabel = 'level'
/** How Loki and its front ends call the same two. */
const serviceLabels = [serviceLabel, 'service']
const levelLabels = [levelLabel, 'detected_level', 'severity']

export const isServiceLabel = (label: string): boolean => serviceLabels.includes(label)
export const isLevelLabel = (label: string): boolean => levelLabels.includes(label)

export function labelOf(key: string): string {
  return key.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_')
}

/** The keys of the days of a time, by label. Those of resources are kept by the day they came, which for lines sent late is a later one. */
export async function askLabelKeys(range: TimeRange, running: Running): Promise<LabelKeys> {
  const rows = await running.rows<{ key: string; of_resource: number }>(keysSql(range))
  const keys = new Map<string, string[]>()
  for (const { key } of rows) addTo(keys, labelOf(key), key)
  const ofResources = rows.filter(({ of_resource }) => of_resource === 1).map(({ key }) => labelOf(key))
  return {
    keysOf: (label) => keys.get(label) ?? [label],
    streamLabels: [...new Set([serviceLabel, levelLabel, ...ofResources])].toSorted(),
  }
}

function keysSql(range: TimeRange): Sql {
  return sql`SELECT key, max(signal = 'resources') AS of_resource
FROM attribute_keys
WHERE (signal = 'logs' AND ${daysInRange(range)}) OR (signal = 'resources' AND ${daysSince(range)})
GROUP BY key
ORDER BY key`
}

/** What a label of streams has been in the time. */
export async function askLabelValues(ask: TimeRange & { label: string }, running: Running): Promise<string[]> {
  if (isLevelLabel(ask.label)) return [...levelNames]
  if (isServiceLabel(ask.label)) return valuesOf(serviceValuesSql(ask), running)
  const { keysOf } = await askLabelKeys(ask, running)
  return valuesOf(resourceValuesSql(keysOf(ask.label), ask), running)
}

async function valuesOf(statement: Sql, running: Running): Promise<string[]> {
  return (await running.rows<{ text: string }>(statement)).map(({ text }) => text)
}

function serviceValuesSql(range: TimeRange): Sql {
  return sql`SELECT service AS text FROM ${logMinutes(range)} AND service != '' GROUP BY text ORDER BY text`
}

function resourceValuesSql(keys: readonly string[], range: TimeRange): Sql {
  return sql`SELECT attributes[arrayJoin(${keys})] AS text
FROM resources
WHERE ${daysSince(range)}
GROUP BY text
HAVING text != ''
ORDER BY text`
}
