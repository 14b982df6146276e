import { Button, SegmentedControl } from '@mantine/core'
import { IconFilter, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import type { LogsAnswer } from '@wakeline/protocol'
import { askLogs, askTable, splitPipes } from '@wakeline/protocol'
import { type ReactNode, useCallback } from 'react'
import { searchError } from '../../api/search-error.ts'
import { type PagesState, useAnswer, useAnswerPages } from '../../api/use-answer.ts'
import { useCompletion } from '../../api/use-completion.ts'
import { addTerm, withService } from '../../parts/attribute-text.ts'
import { useKeys } from '../../parts/keys.tsx'
import { SearchBox } from '../../parts/search-box.tsx'
import { usePageSearch } from '../../parts/use-page-search.ts'
import { isBoolean, useStored } from '../../parts/use-stored.ts'
import { AlertOnSearch } from '../../shell/alert-on-search.tsx'
import { Figures } from '../../shell/figures.tsx'
import { Page } from '../../shell/page.tsx'
import { useServiceFilter } from '../../shell/service-filter.tsx'
import { useTime } from '../../time/time-context.tsx'
import { FoundLogs } from './found-logs.tsx'
import { FoundPatterns } from './found-patterns.tsx'
import keyStyles from './key-list.module.css'
import { KeyList } from './key-list.tsx'
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
  const alike = search.show === 'patterns' && !live && !piped
  const pages = useAnswerPages<LogsAnswer>(askPage, { enabled: !piped && !alike })
  const figures = useAnswer(askTable('logs', asked.q, { fromMs, toMs }), { enabled: piped })
  const [keysOpen, setKeysOpen] = useStored('logs.keys', false, isBoolean)
  const toggle = () => setSearch({ tail: live ? 'off' : 'on', record: '' })
  useKeys('Logs', [
    { keys: 'l', says: live ? 'Stop following' : 'Follow new records', run: toggle },
    { keys: 'f', says: keysOpen ? 'Close the keys' : 'Show keys and their values', run: () => setKeysOpen(!keysOpen) },
  ])
  const { addSearched, showPattern } = useSearched(found, pipes, setSearch)
  const controls = (
    <>
      <KeysButton open={keysOpen} toggle={() => setKeysOpen(!keysOpen)} />
      {!live && !piped && <Show search={search} onChange={setSearch} />}
      {!piped && <Follow live={live} toggle={toggle} />}
      <AlertOnSearch signal="logs" q={asked.q} />
    </>
  )
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
      <div className={keyStyles.beside}>
        {keysOpen && !live && (
          <KeyList q={splitPipes(asked.q).search} onTerm={addSearched} onClose={() => setKeysOpen(false)} />
        )}
        <div className={keyStyles.main}>
          {piped ? (
            <Figures
              of={figures}
              controls={controls}
              onOpen={(terms) => setSearch({ q: terms.reduce(addTerm, found) })}
            />
          ) : (
            <Records q={asked.q} is={live ? 'live' : search.show} {...{ pages, controls, showPattern }} />
          )}
        </div>
      </div>
    </Page>
  )
}

/** Narrows the search by a term, whose pipes stay behind it; a pattern's lines are then shown, unless they are left out. */
function useSearched(found: string, pipes: string, setSearch: (patch: Partial<LogsSearch>) => void) {
  const addSearched = useCallback(
    (term: string, patch: Partial<LogsSearch> = {}) =>
      setSearch({ q: `${addTerm(found, term)} ${pipes}`.trim(), record: '', ...patch }),
    [found, pipes, setSearch],
  )
  const showPattern = useCallback(
    (term: string) => addSearched(term, term.startsWith('-') ? {} : { show: 'records' }),
    [addSearched],
  )
  return { addSearched, showPattern }
}

function Records(props: {
  q: string
  is: 'live' | LogsSearch['show']
  pages: PagesState<LogsAnswer>
  controls: ReactNode
  showPattern: (term: string) => void
}) {
  const { q, is, pages, controls, showPattern } = props
  if (is === 'live') return <LiveLogs key={q} q={q} controls={controls} />
  return (
    <>
      <LogHistogram q={q} />
      {is === 'patterns' ? (
        <FoundPatterns q={q} controls={controls} onTerm={showPattern} />
      ) : (
        <FoundLogs pages={pages} controls={controls} />
      )}
    </>
  )
}

function KeysButton({ open, toggle }: { open: boolean; toggle: () => void }) {
  return (
    <Button
      size="compact-sm"
      leftSection={<IconFilter size={14} />}
      aria-pressed={open}
      onClick={toggle}
      title="Keys of the records and their most frequent values (f)"
    >
      Keys
    </Button>
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

function Show(props: { search: LogsSearch; onChange: (patch: Partial<LogsSearch>) => void }) {
  const { show, order } = props.search
  return (
    <SegmentedControl
      size="xs"
      aria-label="Show"
      value={show === 'patterns' ? show : order}
      onChange={(next) =>
        props.onChange(
          next === 'patterns'
            ? { show: next, record: '' }
            : { show: 'records', order: next === 'oldest' ? next : 'newest' },
        )
      }
      data={[
        { value: 'newest', label: 'Newest' },
        { value: 'oldest', label: 'Oldest' },
        { value: 'patterns', label: 'Patterns' },
      ]}
    />
  )
}
