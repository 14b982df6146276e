import { one, oneOf, type PageUrl } from '../../parts/url.ts'

export type QuerySearch = {
  tab: 'promql' | 'sql'
  /** What was run last in each tab. */
  promql: string
  sql: string
  /** How values of PromQL are shown: over the time range, or those at its end. */
  as: 'graph' | 'table'
}

export const queryUrl: PageUrl<QuerySearch> = {
  parse: (raw) => ({
    tab: oneOf(raw, 'tab', ['promql', 'sql']),
    promql: one(raw, 'promql'),
    sql: one(raw, 'sql'),
    as: oneOf(raw, 'as', ['graph', 'table']),
  }),
  print: ({ tab, promql, sql, as }) => ({
    tab: tab === 'promql' ? '' : tab,
    promql,
    sql,
    as: as === 'graph' ? '' : as,
  }),
}
