import type { Cost } from '@wakeline/protocol'
import type { Reader, ReadLimits } from '../store/store.ts'
import { render, type Sql } from './sql.ts'

/** One question in the making: runs its statements one after another and adds up what they cost. */
export type Running = {
  rows<Row>(fragment: Sql): Promise<Row[]>
  cost(): Cost
}

export type RunOptions = { signal?: AbortSignal | undefined }

export function startRunning(reader: Reader, limits: ReadLimits, options: RunOptions): Running {
  const total: Cost = { rowsRead: 0, bytesRead: 0, elapsedMs: 0, sql: [] }
  return {
    async rows<Row>(fragment: Sql): Promise<Row[]> {
      const statement = render(fragment)
      const { rows, cost } = await reader.rows<Row>(statement, { signal: options.signal, limits })
      total.rowsRead += cost.rowsRead
      total.bytesRead += cost.bytesRead
      total.elapsedMs += cost.elapsedMs
      total.sql.push(statement.sql)
      return rows
    },
    cost: () => ({ ...total, elapsedMs: Math.round(total.elapsedMs * 10) / 10 }),
  }
}
