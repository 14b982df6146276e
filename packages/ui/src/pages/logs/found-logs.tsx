import type { LogsAnswer } from '@wakeline/protocol'
import { type ReactNode, useMemo } from 'react'
import type { PagesState } from '../../api/use-answer.ts'
import { soleWord } from '../../api/use-key-with.ts'
import { Answer } from '../../parts/answer.tsx'
import { CostLine } from '../../parts/cost-line.tsx'
import { Empty } from '../../parts/empty.tsx'
import { ListBar } from '../../parts/list-bar.tsx'
import { printCount } from '../../parts/units.ts'
import { usePageSearch } from '../../parts/use-page-search.ts'
import { InAttribute } from '../../shell/in-attribute.tsx'
import { useServiceFilter } from '../../shell/service-filter.tsx'
import { WaysOut } from '../../shell/ways-out.tsx'
import { keyedRecords } from './keyed-records.ts'
import { RecordList } from './record-list.tsx'
import { logsUrl } from './url.ts'

/** The records of a search, page after page. */
export function FoundLogs({ pages, controls }: { pages: PagesState<LogsAnswer>; controls: ReactNode }) {
  return (
    <Answer
      of={pages}
      empty={(data) => (data.every(({ records }) => records.length === 0) ? <NoLogs controls={controls} /> : undefined)}
      fill
    >
      {(data) => <Found data={data} pages={pages} controls={controls} />}
    </Answer>
  )
}

function Found(props: { data: LogsAnswer[]; pages: PagesState<LogsAnswer>; controls: ReactNode }) {
  const { data, pages } = props
  const { more } = pages
  const records = useMemo(() => keyedRecords(data.flatMap((page) => page.records)), [data])
  const origins = useMemo(
    () => ({
      resources: Object.assign({}, ...data.map((page) => page.resources)),
      scopes: Object.assign({}, ...data.map((page) => page.scopes)),
    }),
    [data],
  )
  return (
    <>
      <ListBar controls={props.controls}>
        <span>
          {printCount(records.length)} {records.length === 1 ? 'record' : 'records'}
          {more === undefined ? '' : ' so far'}
        </span>
        <CostLine costs={data.map(({ cost }) => cost)} />
      </ListBar>
      <RecordList
        records={records}
        origins={origins}
        onEndReached={more}
        footer={
          more === undefined
            ? `All ${printCount(records.length)} are shown.`
            : pages.waitingForMore
              ? 'Loading more…'
              : undefined
        }
      />
    </>
  )
}

function WordsAreText() {
  return (
    <div className="quiet">
      A word alone is looked for in the text of records. What stands beside it is asked for by its name:{' '}
      <span className="data">order.id:4711</span>. Names are completed as you type.
    </div>
  )
}

/** No record: what holds the answer back, each with a way to let go of it. */
function NoLogs({ controls }: { controls: ReactNode }) {
  const [search, setSearch] = usePageSearch(logsUrl)
  const [service] = useServiceFilter()
  const held = search.q !== '' || service !== ''
  return (
    <>
      <ListBar controls={controls}>no record</ListBar>
      <Empty title={held ? 'No log record like this in this time' : 'No log record in this time'}>
        <WaysOut q={search.q} search={(q) => setSearch({ q })}>
          <InAttribute of="logs" q={search.q} search={(q) => setSearch({ q })} />
        </WaysOut>
        {soleWord(search.q) !== '' && <WordsAreText />}
      </Empty>
    </>
  )
}
