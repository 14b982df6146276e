import { Popover } from '@mantine/core'
import type { PromqlStats } from '@wakeline/protocol'
import { CodeBlock } from '../../../parts/code-block.tsx'
import { TextButton } from '../../../parts/text-button.tsx'
import { printBytes, printCount } from '../../../parts/units.ts'
import { printDuration } from '../../../time/format.ts'
import styles from '../query-page.module.css'

/** What the query read and how long that took; a click says how it was come by, part by part. */
export function StatsLine({ stats }: { stats: PromqlStats | undefined }) {
  if (stats === undefined) return null
  const { timings, samples, explain } = stats
  return (
    <span>
      {printCount(samples.totalQueryableSamples)} samples in {printDuration(timings.evalTotalTime * 1e9)}&ensp;
      {explain !== undefined && (
        <Popover position="bottom-start" width="min(760px, 92vw)">
          <Popover.Target>
            <TextButton>How</TextButton>
          </Popover.Target>
          <Popover.Dropdown className={styles.recent ?? ''}>
            <Steps explain={explain} />
          </Popover.Dropdown>
        </Popover>
      )}
    </span>
  )
}

const ways = { engine: 'computed by the engine', memory: 'kept in memory', store: 'read from the store' } as const

function Steps({ explain }: { explain: NonNullable<PromqlStats['explain']> }) {
  const { steps, cost } = explain
  return (
    <div className={styles.how}>
      <table className={styles.steps}>
        <thead>
          <tr>
            <th scope="col">Part of the query</th>
            <th scope="col">Where it came from</th>
            <th scope="col">Series</th>
            <th scope="col">Samples</th>
          </tr>
        </thead>
        <tbody>
          {steps.map(({ from, what, series, samples }) => (
            <tr key={`${from} ${what}`}>
              <td className="data">{what}</td>
              <td>{ways[from]}</td>
              <td className="data">{printCount(series)}</td>
              <td className="data">{printCount(samples)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="quiet">
        {printCount(cost.rowsRead)} rows, {printBytes(cost.bytesRead)} read from tables in{' '}
        {printDuration(cost.elapsedMs * 1e6)}
      </div>
      {cost.sql.length > 0 && <CodeBlock text={cost.sql.join(';\n\n')} label="Copy the SQL" wrap />}
    </div>
  )
}
