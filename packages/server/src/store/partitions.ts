import { quote } from './bind.ts'
import { partitionEndMs } from './retention.ts'
import type { Reader, StoredPartition } from './store.ts'

const partitionsMax = 1_000_000

/** `parts` is `system.parts`, or a table function that reads it on one replica of each shard. */
export async function readPartitions(
  reader: Pick<Reader, 'rows'>,
  parts = 'system.parts',
  database = 'default',
): Promise<StoredPartition[]> {
  type Row = {
    table: string
    partition: string
    rows: string
    bytes: string
    changed: number
    first: number
    last: number
  }
  const { rows } = await reader.rows<Row>(
    {
      sql: `SELECT table, partition_id AS partition, sum(rows) AS rows, sum(bytes_on_disk) AS bytes, toUnixTimestamp(max(modification_time)) AS changed,
  toUnixTimestamp(min(min_time)) AS first, toUnixTimestamp(max(max_time)) AS last
  FROM ${parts}
  WHERE active AND database = {p1:String}
  GROUP BY table, partition_id
  ORDER BY table, partition_id`,
      params: { p1: database },
    },
    { limits: { rowsMax: partitionsMax } },
  )
  return rows.map(({ table, partition, rows, bytes, changed, first, last }) => ({
    table,
    partition,
    rows: Number(rows),
    bytes: Number(bytes),
    changedMs: changed * 1000,
    oldestMs: unwrapped(first, partition) * 1000,
    newestMs: unwrapped(last, partition) * 1000,
  }))
}

const wrapSeconds = 2 ** 32

/** The engine tells times of parts in 32 bits, which begin again in 2106; the day of the partition says how often they have. */
function unwrapped(seconds: number, partition: string): number {
  const behind = partitionEndMs(partition) / 1000 - seconds
  return behind > wrapSeconds ? seconds + Math.floor(behind / wrapSeconds) * wrapSeconds : seconds
}

export const renderDrop = ({ table, partition }: StoredPartition, onCluster = ''): string =>
  `ALTER TABLE ${table}${onCluster} DROP PARTITION ID ${quote(partition)}`
