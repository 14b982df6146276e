import type { AlertNotices, NoticeTold } from '@wakeline/protocol'
import { TextButton } from '../../parts/text-button.tsx'
import { printAge } from '../../time/format.ts'
import styles from './alerts-page.module.css'

/** Whom an alert was told, or why nobody. */
export function Notices(props: { of: AlertNotices; nowMs: number; onSilence: () => void }) {
  const { of, nowMs, onSilence } = props
  const { silencedBy, inhibitedBy, mutedBy, notices } = of
  return (
    <div className={styles.notices}>
      {silencedBy.map(({ id, comment, createdBy, endsAt }) => (
        <span key={id} className={styles.muted}>
          ◐ silenced by {createdBy}: {comment} (ends {printAge(Date.parse(endsAt), nowMs)})
        </span>
      ))}
      {inhibitedBy.map((labels) => (
        <span key={JSON.stringify(labels)} className={styles.muted}>
          ◐ inhibited by {printLabels(labels)}
        </span>
      ))}
      {mutedBy.length > 0 && <span className={styles.muted}>◐ not told now: {mutedBy.join(', ')}</span>}
      {notices.map((notice) => (
        <Notice key={`${notice.integration} ${notice.nextAt}`} notice={notice} nowMs={nowMs} />
      ))}
      {silencedBy.length === 0 && <TextButton onClick={onSilence}>Silence</TextButton>}
    </div>
  )
}

function Notice({ notice, nowMs }: { notice: NoticeTold; nowMs: number }) {
  const { integration, sentAt, error, failedAt } = notice
  if (error !== '')
    return (
      <span className={styles.error}>
        ✕ {integration} was not told {printAge(Date.parse(failedAt), nowMs)}: {error}
      </span>
    )
  if (sentAt === '') return <span className="quiet">{integration} is not told yet</span>
  return (
    <span className="quiet">
      ✓ {integration} told {printAge(Date.parse(sentAt), nowMs)}
    </span>
  )
}

const printLabels = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
