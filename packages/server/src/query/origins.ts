import type { ResourceRecord, ScopeRecord } from '@wakeline/protocol'
import { type OriginRow, resourcesSql, type ScopeRow, scopesSql } from './plan/origins.ts'
import type { Running } from './run.ts'
import { resourceRecords, scopeRecords } from './view/records.ts'

export function askResources(ids: readonly string[], running: Running): Promise<Record<string, ResourceRecord>> {
  return running.knownOrigins.resources.get(new Set(ids), async (missing) =>
    resourceRecords(await running.rows<OriginRow>(resourcesSql(missing))),
  )
}

export type Origins = { resources: Record<string, ResourceRecord>; scopes: Record<string, ScopeRecord> }

/** The resources and scopes that rows name, each once. */
export async function askOrigins(
  rows: readonly { resource: string; scope: string }[],
  running: Running,
): Promise<Origins> {
  const [resources, scopes] = await Promise.all([
    askResources(
      rows.map((row) => row.resource),
      running,
    ),
    running.knownOrigins.scopes.get(new Set(rows.map((row) => row.scope)), async (ids) =>
      scopeRecords(await running.rows<ScopeRow>(scopesSql(ids))),
    ),
  ])
  return { resources, scopes }
}
