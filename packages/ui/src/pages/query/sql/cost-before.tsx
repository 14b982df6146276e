import { useDebouncedValue } from '@mantine/hooks'
import { askSql, type SqlAnswer } from '@wakeline/protocol'
import { useAnswer } from '../../../api/use-answer.ts'
import { printNumber } from '../../../parts/units.ts'
import styles from '../query-page.module.css'

/** Who types on is not asked about yet, ms. */
const pauseMs = 600

/** What the text would read if it were run, from the engine's indexes alone; nothing while it cannot be read. */
export function CostBefore({ text }: { text: string }) {
  const [settled] = useDebouncedValue(text.trim().replace(/[\s;]+$/, ''), pauseMs)
  const answer = useAnswer(askSql(`EXPLAIN ESTIMATE ${settled}`), { enabled: settled !== '' })
  if (settled === '' || answer.error !== undefined || answer.data === undefined) return null
  return <span className={styles.cost}>{printEstimate(answer.data)}</span>
}

/** The engine answers a row for each table and each way it is read. */
export function printEstimate({ columns, rows }: Pick<SqlAnswer, 'columns' | 'rows'>): string {
  const tableAt = columns.findIndex(({ name }) => name === 'table')
  const rowsAt = columns.findIndex(({ name }) => name === 'rows')
  const byTable = new Map<string, number>()
  for (const row of rows) {
    const table = String(row[tableAt])
    byTable.set(table, (byTable.get(table) ?? 0) + Number(row[rowsAt]))
  }
  if (byTable.size === 0) return 'would read next to nothing'
  const parts = [...byTable].sort(([, a], [, b]) => b - a)
  return `would read at most ${parts.map(([table, count]) => `${printNumber(count)} ${count === 1 ? 'row' : 'rows'} of ${table}`).join(', ')}`
}
