import { Button, SegmentedControl, Switch } from '@mantine/core'
import type { TracesAnswer } from '@wakeline/protocol'
import { askTable, askTraceSample, askTraces, splitPipes } from '@wakeline/protocol'
import { useCallback, useMemo, useState } from 'react'
import { searchError } from '../../api/search-error.ts'
import { type PagesState, useAnswer, useAnswerPages } from '../../api/use-answer.ts'
import { useCompletion } from '../../api/use-completion.ts'
import { toTrace } from '../../links.ts'
import { Answer } from '../../parts/answer.tsx'
import { addTerm } from '../../parts/attribute-text.ts'
import { Choice } from '../../parts/choice.tsx'
import { CostLine } from '../../parts/cost-line.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useGo } from '../../parts/link.tsx'
import { ListBar } from '../../parts/list-bar.tsx'
import { SearchBox } from '../../parts/search-box.tsx'
import { printCount } from '../../parts/units.ts'
import { usePageSearch } from '../../parts/use-page-search.ts'
import { AlertOnSearch } from '../../shell/alert-on-search.tsx'
import { Figures } from '../../shell/figures.tsx'
import { Page } from '../../shell/page.tsx'
import { useServiceFilter } from '../../shell/service-filter.tsx'
import { printClock, printDateTime } from '../../time/format.ts'
import { useTime } from '../../time/time-context.tsx'
import { useZone, type Zone } from '../../time/zone.tsx'
import { askedSearch } from './asked.ts'
import { Differences } from './differences.tsx'
import { listed } from './listed.ts'
import { NoTraces } from './no-traces.tsx'
import { shownTime } from './points.ts'
import { TraceScatter } from './trace-scatter.tsx'
import styles from './traces-page.module.css'
import { TracesTable } from './traces-table.tsx'
import { type TracesSearch, tracesUrl } from './url.ts'

/** Enough for a scatter that shows a shape, few enough to be answered at once. */
const pageTraces = 300

/** Dots that can still be told apart. */
const sampleTraces = 500

const examples = [
  { text: 'duration>250ms', says: 'spans that took longer' },
  { text: 'status:error', says: 'spans that failed' },
  { text: 'http.response.status_code>=500', says: 'an attribute, compared' },
  { text: 'name:"GET /cart" -service:storefront', says: 'an operation, but not in one service' },
  { text: '{kind:server} >> {kind:client status:error}', says: 'a request with a failed call below it' },
  { text: 'kind:server | p95(duration), count by (service, name)', says: 'figures of spans as a table' },
  { text: 'kind:client (db.system.name:* OR messaging.system:*)', says: 'calls to databases or queues' },
]

/** Traces with a span that matches the search: their durations over time, and a list. */
export function TracesPage() {
  const { fromMs, toMs } = useTime()
  const [search, setSearch] = usePageSearch(tracesUrl)
  const [service] = useServiceFilter()
  const complete = useCompletion('spans')
  const { q, order, errors } = search
  const asked = askedSearch(q, service, errors)
  const askPage = useCallback(
    (cursor: string | undefined) => askTraces(asked.q, { fromMs, toMs }, { order, limit: pageTraces, cursor }),
    [asked.q, fromMs, toMs, order],
  )
  const { search: found, pipes } = splitPipes(q)
  const piped = pipes !== ''
  const compares = search.show === 'differences' && !piped
  const pages = useAnswerPages<TracesAnswer>(askPage, { enabled: !piped && !compares })
  const figures = useAnswer(askTable('spans', asked.q, { fromMs, toMs }), { enabled: piped })
  const wrong = searchError(piped ? figures.error : pages.error, asked.offset)
  return (
    <Page
      title="Traces"
      service="url"
      search={
        <SearchBox
          value={q}
          onRun={(next) => setSearch({ q: next })}
          placeholder="Search spans"
          complete={complete}
          error={wrong}
          examples={examples}
        />
      }
    >
      {wrong !== undefined ? (
        <Unreadable setSearch={setSearch} />
      ) : piped ? (
        <Figures
          of={figures}
          controls={
            <>
              <OnlyErrors search={search} setSearch={setSearch} />
              <AlertOnSearch signal="traces" q={asked.q} />
            </>
          }
          onOpen={(terms) => setSearch({ q: terms.reduce(addTerm, found) })}
        />
      ) : compares ? (
        <Differences
          q={askedSearch(q, service, '').q}
          compare={search.compare}
          controls={<Controls q={asked.q} search={search} setSearch={setSearch} />}
          onTerm={(term) => setSearch({ q: addTerm(q, term) })}
        />
      ) : (
        <Answer
          of={pages}
          empty={(data) =>
            data.every(({ traces }) => traces.length === 0) ? (
              <NoTraces search={search} setSearch={setSearch} />
            ) : undefined
          }
          fill
        >
          {(data) => <Found q={asked.q} pages={pages} data={data} search={search} setSearch={setSearch} />}
        </Answer>
      )}
    </Page>
  )
}

/** The box above says what is wrong and where; here is how it is written. */
function Unreadable({ setSearch }: Pick<FoundProps, 'setSearch'>) {
  return (
    <Empty title="The search cannot be read">
      <div>Correct it above, or start from one of these:</div>
      <div className={styles.examples}>
        {examples.map(({ text, says }) => (
          <div key={text}>
            <button type="button" className={styles.exampleText} onClick={() => setSearch({ q: text })}>
              {text}
            </button>
            <span className="quiet">{says}</span>
          </div>
        ))}
      </div>
    </Empty>
  )
}

type FoundProps = {
  q: string
  pages: PagesState<TracesAnswer>
  data: TracesAnswer[]
  search: TracesSearch
  setSearch: (patch: Partial<TracesSearch>, how?: 'push' | 'replace') => void
}

function Found({ q, pages, data, search, setSearch }: FoundProps) {
  const time = useTime()
  const zone = useZone()
  const go = useGo()
  const [selectedId, setSelectedId] = useState<string>()
  const traces = useMemo(() => listed(data, search.order), [data, search.order])
  // Of a part the picture would be of that part: what it shows then is drawn from all.
  const sample = useAnswer(askTraceSample(q, time, sampleTraces), { enabled: pages.more !== undefined })
  const drawn = pages.more === undefined ? undefined : sample.data
  const shown =
    drawn === undefined
      ? shownTime(traces, { ...time, order: search.order, more: pages.more !== undefined })
      : { fromMs: time.fromMs, toMs: time.toMs, cut: false }
  const failed = traces.filter(({ errorCount }) => errorCount > 0).length
  const { more } = pages
  return (
    <>
      <ListBar controls={<Controls q={q} search={search} setSearch={setSearch} />}>
        <span>
          {more === undefined ? '' : search.order === 'newest' ? 'newest ' : 'slowest '}
          {printCount(traces.length)} {traces.length === 1 ? 'trace' : 'traces'}
          {shown.cut && ` since ${sinceText(shown.fromMs, time.nowMs, zone)}`}
        </span>
        {failed > 0 && (
          <span>
            <span className={styles.errors}>✕</span> {printCount(failed)} with errors
          </span>
        )}
        {drawn !== undefined && drawn.total > drawn.traces.length && (
          <span title="Each trace that matches is as likely as any other to be in the picture">
            picture: {printCount(drawn.traces.length)} of {drawn.isEstimate && 'about '}
            {printCount(drawn.total)}
          </span>
        )}
        <CostLine costs={[...data.map(({ cost }) => cost), ...(drawn === undefined ? [] : [drawn.cost])]} />
      </ListBar>
      <div className={styles.scatter}>
        <TraceScatter
          traces={drawn?.traces ?? traces}
          fromMs={shown.fromMs}
          toMs={shown.toMs}
          scale={search.scale}
          highlight={selectedId}
          onOpen={(traceId) => go(toTrace(traceId))}
        />
      </div>
      <TracesTable
        traces={traces}
        selectedId={selectedId}
        onSelect={setSelectedId}
        onOpen={({ traceId }) => go(toTrace(traceId))}
        more={more}
        footer={
          more === undefined ? (
            `All ${printCount(traces.length)} are shown.`
          ) : (
            <Button size="compact-xs" onClick={more} loading={pages.waitingForMore}>
              Load {pageTraces} more
            </Button>
          )
        }
      />
    </>
  )
}

function sinceText(atMs: number, nowMs: number, zone: Zone): string {
  return nowMs - atMs < 12 * 3_600_000 ? printClock(atMs, zone) : printDateTime(atMs, zone)
}

function Controls({ q, search, setSearch }: Pick<FoundProps, 'q' | 'search' | 'setSearch'>) {
  const compares = search.show === 'differences'
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="Show"
        value={compares ? 'differences' : search.order}
        onChange={(next) =>
          setSearch(
            next === 'differences'
              ? { show: next, compare: search.errors === 'only' ? 'failed' : search.compare }
              : { show: 'traces', order: next === 'slowest' ? next : 'newest' },
          )
        }
        data={[
          { value: 'newest', label: 'Newest' },
          { value: 'slowest', label: 'Slowest' },
          { value: 'differences', label: 'What differs' },
        ]}
      />
      {compares ? (
        <CompareChoice search={search} setSearch={setSearch} />
      ) : (
        <ListSwitches search={search} setSearch={setSearch} />
      )}
      <AlertOnSearch signal="traces" q={q} />
    </>
  )
}

function CompareChoice({ search, setSearch }: Pick<FoundProps, 'search' | 'setSearch'>) {
  return (
    <Choice
      label="Which spans are compared with the others"
      value={search.compare}
      options={compared}
      onChange={(compare) => setSearch({ compare })}
    />
  )
}

const compared = [
  { value: 'slow', title: 'Slowest 5 %' },
  { value: 'failed', title: 'Failed' },
] as const

function ListSwitches({ search, setSearch }: Pick<FoundProps, 'search' | 'setSearch'>) {
  return (
    <>
      <OnlyErrors search={search} setSearch={setSearch} />
      <Switch
        size="xs"
        label="Log scale"
        checked={search.scale === 'log'}
        onChange={(event) => setSearch({ scale: event.currentTarget.checked ? 'log' : 'linear' }, 'replace')}
      />
    </>
  )
}

function OnlyErrors({ search, setSearch }: Pick<FoundProps, 'search' | 'setSearch'>) {
  return (
    <Switch
      size="xs"
      label="Only errors"
      checked={search.errors === 'only'}
      onChange={(event) => setSearch({ errors: event.currentTarget.checked ? 'only' : '' })}
    />
  )
}
