import { Button, SegmentedControl } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import type { LogsAnswer } from '@wakeline/protocol'
import { askLogs, askTable, splitPipes } from '@wakeline/protocol'
import { useCallback } from 'react'
import { searchError } from '../../api/search-error.ts'
import { useAnswer, useAnswerPages } from '../../api/use-answer.ts'
import { useCompletion } from '../../api/use-completion.ts'
import { addTerm, withService } from '../../parts/attribute-text.ts'
import { useKeys } from '../../parts/keys.tsx'
import { SearchBox } from '../../parts/search-box.tsx'
import { usePageSearch } from '../../parts/use-page-search.ts'
import { Figures } from '../../shell/figures.tsx'
import { Page } from '../../shell/page.tsx'
import { useServiceFilter } from '../../shell/service-filter.tsx'
import { useTime } from '../../time/time-context.tsx'
import { FoundLogs } from './found-logs.tsx'
import { LiveLogs } from './live-logs.tsx'
import { LogHistogram } from './log-histogram.tsx'
import { type LogsSearch, logsUrl } from './url.ts'

const pageRecords = 200

const examples = [
  { text: 'level>=warn', says: 'warnings and what is worse' },
  { text: '"card declined"', says: 'these words next to one another' },
  { text: 'timeout -path:/health', says: 'a word, but not on one path' },
  { text: 'http.response.status_code:5*', says: 'an attribute that begins so' },
  { text: 'trace_id:* (retry OR again)', says: 'inside a trace, with one of the words' },
  { text: 'level>=warn | count by (service)', says: 'figures of them as a table' },
  { text: 'level>=warn | count by (service) | timeseries', says: 'the same over time' },
]

/** Log records that match the search: how many over time, a list, and one in full; or new ones as they come. */
export function LogsPage() {
  const { fromMs, toMs } = useTime()
  const [search, setSearch] = usePageSearch(logsUrl)
  const [service] = useServiceFilter()
  const complete = useCompletion('logs')
  const asked = withService(search.q, service)
  const { order } = search
  const askPage = useCallback(
    (cursor: string | undefined) => askLogs(asked.q, { fromMs, toMs }, { order, limit: pageRecords, cursor }),
    [asked.q, fromMs, toMs, order],
  )
  const live = search.tail === 'on'
  const { search: found, pipes } = splitPipes(search.q)
  const piped = pipes !== '' && !live
  const pages = useAnswerPages<LogsAnswer>(askPage, { enabled: !piped })
  const figures = useAnswer(askTable('logs', asked.q, { fromMs, toMs }), { enabled: piped })
  const toggle = () => setSearch({ tail: live ? 'off' : 'on', record: '' })
  useKeys('Logs', [{ keys: 'l', says: live ? 'Stop following' : 'Follow new records', run: toggle }])
  const follow = <Follow live={live} toggle={toggle} />
  return (
    <Page
      title="Logs"
      service="url"
      time={!live}
      search={
        <SearchBox
          value={search.q}
          onRun={(q) => setSearch({ q, record: '' })}
          placeholder="Search log records"
          complete={complete}
          error={searchError(piped ? figures.error : pages.error, asked.offset)}
          examples={examples}
        />
      }
    >
      {live ? (
        <LiveLogs key={asked.q} q={asked.q} controls={follow} />
      ) : piped ? (
        <Figures of={figures} onOpen={(terms) => setSearch({ q: terms.reduce(addTerm, found) })} />
      ) : (
        <>
          <LogHistogram q={asked.q} />
          <FoundLogs
            pages={pages}
            controls={
              <>
                <Order order={order} onChange={(next) => setSearch({ order: next })} />
                {follow}
              </>
            }
          />
        </>
      )}
    </Page>
  )
}

function Follow({ live, toggle }: { live: boolean; toggle: () => void }) {
  return (
    <Button
      size="compact-sm"
      leftSection={live ? <IconPlayerPause size={14} /> : <IconPlayerPlay size={14} />}
      onClick={toggle}
      title={live ? 'Back to the search (l)' : 'Show new records as they come (l)'}
    >
      {live ? 'Stop following' : 'Follow'}
    </Button>
  )
}

function Order(props: { order: LogsSearch['order']; onChange: (order: LogsSearch['order']) => void }) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Order"
      value={props.order}
      onChange={(next) => props.onChange(next === 'oldest' ? 'oldest' : 'newest')}
      data={[
        { value: 'newest', label: 'Newest' },
        { value: 'oldest', label: 'Oldest' },
      ]}
    />
  )
}
