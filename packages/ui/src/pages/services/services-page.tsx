import { Button } from '@mantine/core'
import type { ServicesAnswer } from '@wakeline/protocol'
import { askServices } from '@wakeline/protocol'
import { useAnswer } from '../../api/use-answer.ts'
import { Answer, SkeletonRows } from '../../parts/answer.tsx'
import { Empty } from '../../parts/empty.tsx'
import { SearchBox } from '../../parts/search-box.tsx'
import { usePageSearch } from '../../parts/use-page-search.ts'
import { Page } from '../../shell/page.tsx'
import { printDateTime } from '../../time/format.ts'
import { defaultRange } from '../../time/range.ts'
import { useTime } from '../../time/time-context.tsx'
import { useZone } from '../../time/zone.tsx'
import { FirstData } from './first-data.tsx'
import { ServicesTable } from './services-table.tsx'
import { servicesUrl } from './url.ts'

/** Every service that was heard of in the time range, and how it does. */
export function ServicesPage() {
  const time = useTime()
  const [search, setSearch] = usePageSearch(servicesUrl)
  const answer = useAnswer(askServices(time))
  return (
    <Page
      title="Services"
      search={
        <SearchBox
          value={search.find}
          onRun={(find) => setSearch({ find }, 'replace')}
          placeholder="Find a service"
          live
        />
      }
    >
      <Answer
        of={answer}
        skeleton={<SkeletonRows />}
        empty={(data) => (data.services.length === 0 ? <NoServices /> : undefined)}
        fill
      >
        {(data) => {
          const found = matching(data, search.find)
          if (found.services.length === 0) {
            return (
              <Empty title={`No service has “${search.find}” in its name`}>
                <Button onClick={() => setSearch({ find: '' })}>Show all {data.services.length}</Button>
              </Empty>
            )
          }
          return <ServicesTable answer={found} sort={search.sort} onSort={(sort) => setSearch({ sort }, 'replace')} />
        }}
      </Answer>
    </Page>
  )
}

function matching(answer: ServicesAnswer, find: string): ServicesAnswer {
  const part = find.trim().toLowerCase()
  return { ...answer, services: answer.services.filter(({ service }) => service.toLowerCase().includes(part)) }
}

const monthMs = 30 * 86_400_000

/** Nothing in this time: either nothing has ever come, and the page says how it would, or the time is the wrong one. */
function NoServices() {
  const { range, nowMs, setRange, refresh } = useTime()
  const zone = useZone()
  const month = useAnswer(askServices({ fromMs: nowMs - monthMs, toMs: nowMs }))
  const lastMs = Math.max(0, ...(month.data?.services.map(({ lastSeenMs }) => lastSeenMs) ?? []))
  if (month.data === undefined && month.error === undefined) return <SkeletonRows rows={4} />
  if (lastMs === 0) {
    // A fixed time can never show what comes now.
    return <FirstData onArrived={range.kind === 'last' ? refresh : () => setRange(defaultRange)} />
  }
  return (
    <Empty title="No service sent anything in this time">
      <div>The last one was heard of {printDateTime(lastMs, zone)}.</div>
      <Button
        variant="filled"
        onClick={() => setRange({ kind: 'between', fromMs: lastMs - 15 * 60_000, toMs: lastMs + 60_000 })}
      >
        Go to that time
      </Button>
    </Empty>
  )
}
