import { many, one, oneOf, type PageUrl } from '../../parts/url.ts'

export type TraceSearch = {
  /** Id of the selected span, '' for none. */
  span: string
  /** What is looked for among the spans. */
  find: string
  tab: 'spans' | 'summary' | 'logs'
  /** Services whose spans are not shown. */
  hide: string[]
  /** Place of the problem whose spans are marked, '' for none. */
  problem: string
}

export const traceUrl: PageUrl<TraceSearch> = {
  parse: (raw) => ({
    span: one(raw, 'span'),
    find: one(raw, 'find'),
    tab: oneOf(raw, 'tab', ['spans', 'summary', 'logs']),
    hide: many(raw, 'hide'),
    problem: one(raw, 'problem'),
  }),
  print: ({ span, find, tab, hide, problem }) => ({ span, find, tab: tab === 'spans' ? '' : tab, hide, problem }),
}
