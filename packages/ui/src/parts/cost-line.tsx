import { Popover } from '@mantine/core'
import type { Cost } from '@wakeline/protocol'
import { printDuration } from '../time/format.ts'
import { CodeBlock } from './code-block.tsx'
import styles from './cost-line.module.css'
import { TextButton } from './text-button.tsx'
import { printBytes, printCount } from './units.ts'

/** What a question read and took, quietly; its SQL for the curious. */
export function CostLine({ costs }: { costs: readonly Cost[] }) {
  const rowsRead = costs.reduce((sum, cost) => sum + cost.rowsRead, 0)
  const bytesRead = costs.reduce((sum, cost) => sum + cost.bytesRead, 0)
  const elapsedMs = costs.reduce((sum, cost) => sum + cost.elapsedMs, 0)
  const sql = costs.flatMap((cost) => cost.sql)
  return (
    <span className={styles.cost}>
      read {printCount(rowsRead)} rows, {printBytes(bytesRead)} in {printDuration(elapsedMs * 1e6)}&ensp;
      {sql.length > 0 && (
        <Popover position="bottom-end" width="min(760px, 92vw)">
          <Popover.Target>
            <TextButton>SQL</TextButton>
          </Popover.Target>
          <Popover.Dropdown className={styles.sql ?? ''}>
            <CodeBlock text={sql.join(';\n\n')} label="Copy the SQL" wrap />
          </Popover.Dropdown>
        </Popover>
      )}
    </span>
  )
}
