import { Popover } from '@mantine/core'
import type { Cost } from '@wakeline/protocol'
import { CodeBlock } from '../../parts/code-block.tsx'
import { printBytes, printCount } from '../../parts/units.ts'
import { printDuration } from '../../time/format.ts'
import styles from './traces-page.module.css'

/** What a question read and took, quietly; its SQL for the curious. */
export function CostLine({ costs }: { costs: readonly Cost[] }) {
  const rowsRead = costs.reduce((sum, cost) => sum + cost.rowsRead, 0)
  const bytesRead = costs.reduce((sum, cost) => sum + cost.bytesRead, 0)
  const elapsedMs = costs.reduce((sum, cost) => sum + cost.elapsedMs, 0)
  const sql = costs.flatMap((cost) => cost.sql)
  return (
    <span className={styles.cost}>
      read {printCount(rowsRead)} rows, {printBytes(bytesRead)} in {printDuration(elapsedMs * 1e6)}
      {sql.length > 0 && (
        <Popover position="bottom-end" width="min(760px, 92vw)">
          <Popover.Target>
            <button type="button" className={styles.textButton}>
              SQL
            </button>
          </Popover.Target>
          <Popover.Dropdown className={styles.sql ?? ''}>
            <CodeBlock text={sql.join(';\n\n')} label="Copy the SQL" wrap />
          </Popover.Dropdown>
        </Popover>
      )}
    </span>
  )
}
