import { quote } from './bind.ts'
import type { Reader, StoredPartition } from './store.ts'

const partitionsMax = 1_000_000

/** `parts` is `system.parts`, or a table function that reads it on one replica of each shard. */
export async function readPartitions(
  reader: Pick<Reader, 'rows'>,
  parts = 'system.parts',
  database = 'default',
): Promise<StoredPartition[]> {
  type Row = { table: string; partition: string; rows: string; bytes: string; changed: number }
  const { rows } = await reader.rows<Row>(
    {
      sql: `SELECT table, partition_id AS partition, sum(rows) AS rows, sum(bytes_on_disk) AS bytes, toUnixTimestamp(max(modification_time)) AS changed
  FROM ${parts}
  WHERE active AND database = {p1:String}
  GROUP BY table, partition_id
  ORDER BY table, partition_id`,
      params: { p1: database },
    },
    { limits: { rowsMax: partitionsMax } },
  )
  return rows.map(({ table, partition, rows, bytes, changed }) => ({
    table,
    partition,
    rows: Number(rows),
    bytes: Number(bytes),
    changedMs: changed * 1000,
  }))
}

export const renderDrop = ({ table, partition }: StoredPartition, onCluster = ''): string =>
  `ALTER TABLE ${table}${onCluster} DROP PARTITION ID ${quote(partition)}`
