import { ids, type Sql, sql } from '../sql.ts'

/** Resources and scopes of rows being shown, by id. They are written again each day: any of the copies will do. */
export function resourcesSql(resourceIds: readonly string[]): Sql {
  return sql`SELECT toString(resource_id) AS id, schema_url,
  mapKeys(attributes) AS attribute_keys, mapValues(attributes) AS attribute_values, attribute_types, dropped_attributes
FROM resources
WHERE resource_id IN ${ids(resourceIds)}
ORDER BY day DESC
LIMIT 1 BY resource_id`
}

export function scopesSql(scopeIds: readonly string[]): Sql {
  return sql`SELECT toString(scope_id) AS id, name, version, schema_url,
  mapKeys(attributes) AS attribute_keys, mapValues(attributes) AS attribute_values, attribute_types, dropped_attributes
FROM scopes
WHERE scope_id IN ${ids(scopeIds)}
ORDER BY day DESC
LIMIT 1 BY scope_id`
}

export type OriginRow = {
  id: string
  schema_url: string
  attribute_keys: string[]
  attribute_values: string[]
  attribute_types: string
  dropped_attributes: number
}
export type ScopeRow = OriginRow & { name: string; version: string }
