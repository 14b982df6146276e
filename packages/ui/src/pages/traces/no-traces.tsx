import { Button } from '@mantine/core'
import { Empty } from '../../parts/empty.tsx'
import { InAttribute } from '../../shell/in-attribute.tsx'
import { useServiceFilter } from '../../shell/service-filter.tsx'
import { WaysOut } from '../../shell/ways-out.tsx'
import type { TracesSearch } from './url.ts'

/** No trace: what holds the answer back, each with a way to let go of it. */
export function NoTraces(props: { search: TracesSearch; setSearch: (patch: Partial<TracesSearch>) => void }) {
  const { search, setSearch } = props
  const [service] = useServiceFilter()
  const held = search.q !== '' || service !== '' || search.errors !== ''
  return (
    <Empty title={held ? 'No trace has a span like this in this time' : 'No trace in this time'}>
      <WaysOut q={search.q} search={(q) => setSearch({ q })} held={search.errors !== ''}>
        <InAttribute of="spans" q={search.q} search={(q) => setSearch({ q })} />
        {search.errors !== '' && <Button onClick={() => setSearch({ errors: '' })}>Not only errors</Button>}
      </WaysOut>
      {search.q !== '' && (
        <div className="quiet">
          A search looks at one span at a time: its terms must all hold for the same span. Names of attributes are
          completed as you type.
        </div>
      )}
    </Empty>
  )
}
