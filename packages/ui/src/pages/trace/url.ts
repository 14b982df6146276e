import { many, one, oneOf, type PageUrl } from '../../parts/url.ts'

export type TraceSearch = {
  /** Id of the selected span, '' for none. */
  span: string
  /** What is looked for among the spans. */
  find: string
  tab: 'spans' | 'summary' | 'logs'
  /** Services whose spans are not shown. */
  hide: string[]
}

export const traceUrl: PageUrl<TraceSearch> = {
  parse: (raw) => ({
    span: one(raw, 'span'),
    find: one(raw, 'find'),
    tab: oneOf(raw, 'tab', ['spans', 'summary', 'logs']),
    hide: many(raw, 'hide'),
  }),
  print: ({ span, find, tab, hide }) => ({ span, find, tab: tab === 'spans' ? '' : tab, hide }),
}
