import { Button } from '@mantine/core'
import { toServices } from '../../links.ts'
import { Empty } from '../../parts/empty.tsx'
import { Link } from '../../parts/link.tsx'
import { useServiceFilter } from '../../shell/service-filter.tsx'
import { useTime } from '../../time/time-context.tsx'
import styles from './traces-page.module.css'
import type { TracesSearch } from './url.ts'

/** No trace: what holds the answer back, each with a way to let go of it. */
export function NoTraces(props: {
  search: TracesSearch
  service: string
  setSearch: (patch: Partial<TracesSearch>) => void
}) {
  const { search, service, setSearch } = props
  const { range, setRange } = useTime()
  const [, setService] = useServiceFilter()
  const wide = range.kind === 'last' && range.durationMs >= 86_400_000
  const held = search.q !== '' || service !== '' || search.errors !== ''
  return (
    <Empty title={held ? 'No trace has a span like this in this time' : 'No trace in this time'}>
      <div className={styles.wayOuts}>
        {search.q !== '' && <Button onClick={() => setSearch({ q: '' })}>Clear the search</Button>}
        {search.errors !== '' && <Button onClick={() => setSearch({ errors: '' })}>Not only errors</Button>}
        {service !== '' && <Button onClick={() => setService('')}>All services, not only {service}</Button>}
        {!wide && (
          <Button onClick={() => setRange({ kind: 'last', durationMs: 86_400_000 })}>Look at the last 24 hours</Button>
        )}
        {!held && (
          <Button component={Link} href={toServices()}>
            How to send the first data
          </Button>
        )}
      </div>
      {search.q !== '' && (
        <div className="quiet">
          A search looks at one span at a time: its terms must all hold for the same span. Names of attributes are
          completed as you type.
        </div>
      )}
    </Empty>
  )
}
