import { type Sql, sql, trusted } from '../sql.ts'

/** What the engine would read for a statement, from its indexes alone. */
export function estimateSql(statement: Sql): Sql {
  return sql`EXPLAIN ESTIMATE ${statement}`
}

export type EstimateRow = { table: string; parts: string; rows: string; marks: string }

/**
 * How large a value of each column is on average: of this node's tables, which may be one of several. Small parts do not
 * tell their columns apart: then only what a whole row takes is known, under no name.
 */
export function columnSizesSql(tables: readonly string[]): Sql {
  return sql`WITH sizes AS (
  SELECT table, sum(rows) AS all_rows, sum(data_uncompressed_bytes) AS all_bytes
  FROM ${trusted('system.parts')}
  WHERE active AND database = currentDatabase() AND table IN (SELECT arrayJoin(${tables}))
  GROUP BY table HAVING all_rows > 0
)
SELECT sizes.table AS table, columns.name AS name, columns.data_uncompressed_bytes / all_rows AS bytes
FROM sizes INNER JOIN ${trusted('system.columns')} AS columns ON columns.table = sizes.table
WHERE columns.database = currentDatabase()
UNION ALL
SELECT table, '' AS name, all_bytes / all_rows AS bytes FROM sizes`
}

export type ColumnSizeRow = { table: string; name: string; bytes: number }
