import { Button } from '@mantine/core'
import { IconArrowUp } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { ErrorNote } from '../../parts/answer.tsx'
import { Empty } from '../../parts/empty.tsx'
import { ListBar } from '../../parts/list-bar.tsx'
import { printCount } from '../../parts/units.ts'
import { useHeld } from '../../parts/use-held.ts'
import { usePageSearch } from '../../parts/use-page-search.ts'
import styles from './logs-page.module.css'
import { RecordList } from './record-list.tsx'
import { feedMax } from './tail-feed.ts'
import { logsUrl } from './url.ts'
import { type Tail, useTail } from './use-tail.ts'

/** New records as they are stored, the newest on top; while someone reads further down, or one in full, they wait. */
export function LiveLogs({ q, controls }: { q: string; controls: ReactNode }) {
  const tail = useTail(q, true)
  const { state } = tail
  const [search, setSearch] = usePageSearch(logsUrl)
  const [away, setAway] = useState(false)
  const [toTop, setToTop] = useState(0)
  const feed = useHeld(tail.feed, away || search.record !== '')
  const waiting = tail.feed.received - feed.received
  const goOn = () => {
    setSearch({ record: '' }, 'replace')
    setToTop(toTop + 1)
  }
  return (
    <>
      <ListBar controls={controls}>
        {waiting > 0 && (
          <Button size="compact-xs" leftSection={<IconArrowUp size={13} aria-hidden />} onClick={goOn}>
            {printCount(waiting)} new
          </Button>
        )}
        <TailState tail={tail} />
      </ListBar>
      {state === 'refused' && tail.error !== undefined && <ErrorNote error={tail.error} />}
      {feed.records.length === 0 && state !== 'refused' ? (
        <Empty title="Waiting for records">
          <div>
            {q === '' ? 'Each new record' : 'Each new record that matches the search'} shows up here as it is stored.
          </div>
        </Empty>
      ) : (
        <RecordList
          records={feed.records}
          origins={feed}
          onAway={setAway}
          toTop={toTop}
          footer={feed.received > feedMax ? `The newest ${printCount(feedMax)} are kept here.` : undefined}
        />
      )}
    </>
  )
}

function TailState({ tail }: { tail: Tail }) {
  const { feed, state } = tail
  return (
    <>
      {feed.lost > 0 && (
        <span className={styles.away}>{printCount(feed.lost)} came too fast to be shown; a search finds them</span>
      )}
      <span>{printCount(feed.received)} received</span>
      <span className={state === 'live' ? styles.live : styles.away} role="status">
        {state === 'live'
          ? '● following'
          : state === 'away'
            ? '○ the server is away, trying again'
            : state === 'refused'
              ? '○ refused'
              : '○ starting'}
      </span>
    </>
  )
}
