import { Choice } from '../../parts/choice.tsx'
import { useKeys } from '../../parts/keys.tsx'
import { usePageSearch } from '../../parts/use-page-search.ts'
import { Page } from '../../shell/page.tsx'
import { PromqlTab } from './promql/promql-tab.tsx'
import { SqlTab } from './sql/sql-tab.tsx'
import { queryUrl } from './url.ts'

const tabs = [
  { value: 'promql', title: 'PromQL' },
  { value: 'sql', title: 'SQL' },
] as const

/** Questions that no other page asks: metrics in PromQL, everything in SQL. */
export function QueryPage() {
  const [{ tab }, setSearch] = usePageSearch(queryUrl)
  const other = tab === 'promql' ? 'sql' : 'promql'
  useKeys('Query', [{ keys: 't', says: 'The other language', run: () => setSearch({ tab: other }) }])
  return (
    <Page
      title="Query"
      time={tab === 'promql'}
      search={<Choice label="Language" value={tab} options={tabs} onChange={(next) => setSearch({ tab: next })} />}
    >
      {tab === 'promql' ? <PromqlTab /> : <SqlTab />}
    </Page>
  )
}
