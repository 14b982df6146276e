import { SegmentedControl } from '@mantine/core'
import { askErrors, type ErrorGroup, type ErrorsAnswer } from '@wakeline/protocol'
import { useMemo } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { Answer } from '../../parts/answer.tsx'
import { CodeBlock } from '../../parts/code-block.tsx'
import { CostLine } from '../../parts/cost-line.tsx'
import { Empty } from '../../parts/empty.tsx'
import { ListBar } from '../../parts/list-bar.tsx'
import { Split } from '../../parts/split.tsx'
import { printCount } from '../../parts/units.ts'
import { usePageSearch } from '../../parts/use-page-search.ts'
import { Page } from '../../shell/page.tsx'
import { useServiceFilter } from '../../shell/service-filter.tsx'
import { useTime } from '../../time/time-context.tsx'
import { TimeLabel } from '../../time/time-label.tsx'
import { ErrorDetail } from './error-detail.tsx'
import { ErrorsTable } from './errors-table.tsx'
import { type ErrorsSearch, errorsUrl } from './url.ts'

/** Exceptions of spans and log records, the same error once: how often, since when, where, and one in full. */
export function ErrorsPage() {
  const { fromMs, toMs } = useTime()
  const [search, setSearch] = usePageSearch(errorsUrl)
  const [service] = useServiceFilter()
  const answer = useAnswer(askErrors(service, { fromMs, toMs }))
  return (
    <Page title="Errors" service="url">
      <ListBar controls={<Order order={search.order} onChange={(order) => setSearch({ order })} />}>
        {answer.data && <Found answer={answer.data} />}
      </ListBar>
      <Answer of={answer} fill>
        {(data) => (data.errors.length === 0 ? <NoErrors /> : <Errors answer={data} service={service} />)}
      </Answer>
    </Page>
  )
}

function Order(props: { order: ErrorsSearch['order']; onChange: (order: ErrorsSearch['order']) => void }) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Order"
      value={props.order}
      onChange={(next) => props.onChange(orders.find(({ value }) => value === next)?.value ?? 'count')}
      data={[...orders]}
    />
  )
}

const orders = [
  { value: 'count', label: 'Most frequent' },
  { value: 'last', label: 'Last seen' },
  { value: 'first', label: 'Newest' },
] as const

function Found({ answer }: { answer: ErrorsAnswer }) {
  const { errors, errorsTotal, isPartial, lookedBackToMs, cost } = answer
  const fresh = errors.filter(({ occurrencesBefore }) => occurrencesBefore === 0).length
  return (
    <>
      <span>
        {errors.length < errorsTotal && `${printCount(errors.length)} of `}
        {printCount(errorsTotal)} {errorsTotal === 1 ? 'error' : 'errors'}
        {isPartial && ', rare ones left out'}
      </span>
      {errors.length > 0 && (
        <span title="New is what did not happen in as long a time before the range">
          {printCount(fresh)} new since <TimeLabel at={lookedBackToMs} />
        </span>
      )}
      <CostLine costs={[cost]} />
    </>
  )
}

function Errors({ answer, service }: { answer: ErrorsAnswer; service: string }) {
  const [search, setSearch] = usePageSearch(errorsUrl)
  const rows = useMemo(() => answer.errors.toSorted(by[search.order]), [answer, search.order])
  const chosen = rows.find(({ hash }) => hash === search.error)
  const select = (hash: string | undefined) => setSearch({ error: hash ?? '' }, 'replace')
  const alike = rows.filter((row) => row !== chosen && row.looseHash === chosen?.looseHash)
  return (
    <Split
      name="errors"
      title={chosen === undefined ? undefined : 'Error'}
      detail={
        chosen === undefined ? undefined : (
          <ErrorDetail key={chosen.hash} {...{ error: chosen, alike, answer, service, onSelect: select }} />
        )
      }
      onClose={() => select(undefined)}
    >
      <ErrorsTable rows={rows} answer={answer} selectedKey={chosen?.hash} onSelect={select} />
    </Split>
  )
}

const by: Record<ErrorsSearch['order'], (a: ErrorGroup, b: ErrorGroup) => number> = {
  count: (a, b) => b.occurrences - a.occurrences,
  last: (a, b) => b.lastSeenMs - a.lastSeenMs,
  first: (a, b) => b.firstSeenMs - a.firstSeenMs,
}

const example = `import { log } from 'wakeline'

try {
  await charge(order)
} catch (error) {
  log.error(error, 'cannot charge') // its type, message and stack go along
}`

function NoErrors() {
  return (
    <Empty title="No exception in this time">
      <div>
        Spans with an event named <span className="data">exception</span> and log records with{' '}
        <span className="data">exception.type</span> would stand here. To send one:
      </div>
      <CodeBlock text={example} label="Copy the example" />
    </Empty>
  )
}
