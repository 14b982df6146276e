import { quote } from './bind.ts'
import { type TableName, tables } from './tables.ts'

/** What of a table is stored as something else than senders fill: by name, the column it goes to and what is written there. */
const storedAs: Readonly<
  Partial<Record<TableName, Readonly<Record<string, readonly [column: string, value: string]>>>>
> = {
  logs: {
    observed_ts: ['observed_after', 'toUnixTimestamp64Nano(observed_ts) - toUnixTimestamp64Nano(ts)'],
  },
}

/**
 * How sealed rows of a table are inserted where they are not stored as they come: from `source`, a function of the engine that
 * gives a table of the structure it is told.
 */
export function insertFrom(table: TableName, source: (structure: string) => string): string | undefined {
  const changed = storedAs[table]
  if (changed === undefined) return undefined
  const columns = tables[table]
  const stored = columns.map(([name]) => changed[name] ?? [name, name])
  const structure = columns.map(([name, type]) => `${name} ${type}`).join(', ')
  return `INSERT INTO ${table} (${stored.map(([column]) => column).join(', ')})
    SELECT ${stored.map(([, value]) => value).join(', ')} FROM ${source(quote(structure))}`
}
