import type { SilenceTold } from '@wakeline/protocol'
import { useState } from 'react'
import { useDoor } from '../../api/ask-context.tsx'
import { TextButton } from '../../parts/text-button.tsx'
import { printCount } from '../../parts/units.ts'
import { printAge, printDateTime } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import styles from './silences.module.css'

const expiredShown = 10

/** What is silenced now and soon, and what was. */
export function SilencesSection(props: { silences: readonly SilenceTold[]; nowMs: number; onChange: () => void }) {
  const { silences, nowMs, onChange } = props
  const [showsExpired, setShowsExpired] = useState(false)
  const expired = silences.filter(({ status }) => status.state === 'expired')
  const current = silences.filter(({ status }) => status.state !== 'expired')
  const shown = [...current, ...(showsExpired ? expired.slice(0, expiredShown) : [])]
  return (
    <section aria-label="Silences">
      <h2>Silences</h2>
      {current.length === 0 && <div className="quiet">Nothing is silenced.</div>}
      <ul className={styles.list}>
        {shown.map((silence) => (
          <SilenceRow key={silence.id} silence={silence} nowMs={nowMs} onChange={onChange} />
        ))}
      </ul>
      {expired.length > 0 && (
        <TextButton onClick={() => setShowsExpired(!showsExpired)}>
          {showsExpired
            ? 'Hide expired'
            : `Show ${printCount(Math.min(expired.length, expiredShown))} of ${printCount(expired.length)} expired`}
        </TextButton>
      )}
    </section>
  )
}

const words = { active: '◐ silenced', pending: '○ pending', expired: 'expired' } as const

function SilenceRow({ silence, nowMs, onChange }: { silence: SilenceTold; nowMs: number; onChange: () => void }) {
  const { ask } = useDoor()
  const zone = useZone()
  const [refused, setRefused] = useState('')
  const { id, status, matchers, createdBy, comment, startsAt, endsAt } = silence
  const [startsMs, endsMs] = [Date.parse(startsAt), Date.parse(endsAt)]
  const expire = async () => {
    const failure = await ask.send('DELETE', `/alertmanager/api/v2/silence/${id}`)
    if (failure === undefined) onChange()
    else setRefused(failure.message)
  }
  return (
    <li data-state={status.state}>
      <span className={styles.state}>{words[status.state]}</span>
      <span className="data">{matchers.map(printMatcher).join(', ')}</span>
      <span title={`${printDateTime(startsMs, zone)} to ${printDateTime(endsMs, zone)}`}>
        {status.state === 'pending' && `begins ${printAge(startsMs, nowMs)}, `}
        {status.state === 'expired' ? 'ended' : 'ends'} {printAge(endsMs, nowMs)}
      </span>
      {status.state !== 'expired' && <TextButton onClick={() => void expire()}>Expire</TextButton>}
      <span className={styles.wide}>
        {comment} <span className="quiet">by {createdBy}</span>
      </span>
      {refused !== '' && <span className={`${styles.wide} ${styles.refused}`}>{refused}</span>}
    </li>
  )
}

const printMatcher = ({ name, value, isRegex, isEqual }: SilenceTold['matchers'][number]): string =>
  `${name}${isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!='}${JSON.stringify(value)}`
