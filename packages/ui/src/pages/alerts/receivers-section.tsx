import type { NotificationsAnswer } from '@wakeline/protocol'
import { printCount } from '../../parts/units.ts'
import { printAge } from '../../time/format.ts'
import styles from './alerts-page.module.css'

/** Who is told and how that goes, and what is wrong with the file that says so. */
export function ReceiversSection({ told, nowMs }: { told: NotificationsAnswer; nowMs: number }) {
  const { config, integrations } = told
  return (
    <section aria-label="Receivers">
      <h2>
        Receivers <span className={styles.about}>{config.file || 'without a configuration file'}</span>
      </h2>
      {config.errors.map((error) => (
        <div key={error} className={styles.error}>
          {error}
        </div>
      ))}
      {config.errors.length > 0 && <div className={styles.error}>Its last version without mistakes goes on.</div>}
      {config.leftOut.map((sentence) => (
        <div key={sentence} className={styles.note}>
          {sentence}
        </div>
      ))}
      {integrations.length === 0 && (
        <div className="quiet">
          Nobody is told: name addresses with <span className="data">--alert-webhooks</span>, or an Alertmanager's
          configuration file with <span className="data">--notify-config</span>.
        </div>
      )}
      <ul className={styles.rules}>
        {integrations.map(({ id, sent, failures, givenUp, lastError, lastSentAt, lastFailedAt }) => (
          <li key={id} data-state={lastError === '' ? 'well' : 'failed'}>
            <div className={styles.head}>
              <span className={styles.state}>{stateOf(lastError, sent)}</span>
              <span className="data">{id}</span>
              <span className={styles.since}>
                {printCount(sent)} sent{lastSentAt !== '' && `, the last ${printAge(Date.parse(lastSentAt), nowMs)}`}
                {failures > 0 && `; ${printCount(failures)} failed`}
                {lastFailedAt !== '' && `, the last ${printAge(Date.parse(lastFailedAt), nowMs)}`}
                {givenUp > 0 && `; ${printCount(givenUp)} given up`}
              </span>
            </div>
            {lastError !== '' && <div className={styles.error}>{lastError}</div>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function stateOf(lastError: string, sent: number): string {
  if (lastError !== '') return '✕ fails'
  return sent === 0 ? '○ idle' : '● takes'
}
