import type { ResourceRecord, ScopeRecord } from '@wakeline/protocol'
import { type OriginRow, resourcesSql, type ScopeRow, scopesSql } from './plan/origins.ts'
import type { Running } from './run.ts'
import { resourceRecords, scopeRecords } from './view/records.ts'

export type Origins = { resources: Record<string, ResourceRecord>; scopes: Record<string, ScopeRecord> }

/** The resources and scopes that rows name, each once. */
export async function askOrigins(
  rows: readonly { resource: string; scope: string }[],
  running: Running,
): Promise<Origins> {
  if (rows.length === 0) return { resources: {}, scopes: {} }
  const [resources, scopes] = await Promise.all([
    running.rows<OriginRow>(resourcesSql([...new Set(rows.map((row) => row.resource))])),
    running.rows<ScopeRow>(scopesSql([...new Set(rows.map((row) => row.scope))])),
  ])
  return { resources: resourceRecords(resources), scopes: scopeRecords(scopes) }
}
