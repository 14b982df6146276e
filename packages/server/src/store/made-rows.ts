import { quote } from './bind.ts'
import { type MadeTableName, madeTables } from './tables.ts'

/** A few rows that this server made of what is stored: JSON lines by the names of columns, stored once for their token. */
export type MadeRows = { table: MadeTableName; lines: string; token: string }

/** The rows stand in the statement, and an hour of many edges is more than the engine reads of one by default. */
export const madeRowsMaxBytes = 64 * 1024 * 1024

export function renderMadeRows({ table, lines }: MadeRows): string {
  const columns = madeTables[table]
  const names = columns.map(([name]) => name).join(', ')
  const structure = columns.map(([name, type]) => `${name} ${type}`).join(', ')
  return `INSERT INTO ${table} (${names}) SELECT ${names} FROM format(JSONEachRow, ${quote(structure)}, ${quote(lines)})`
}
