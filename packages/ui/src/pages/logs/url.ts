import { one, oneOf, type PageUrl } from '../../parts/url.ts'

export type LogsSearch = {
  /** The search language over log records. */
  q: string
  order: 'newest' | 'oldest'
  /** `on` follows new records as they come. */
  tail: 'off' | 'on'
  /** Key of the selected record, '' for none. */
  record: string
}

export const logsUrl: PageUrl<LogsSearch> = {
  parse: (raw) => ({
    q: one(raw, 'q'),
    order: oneOf(raw, 'order', ['newest', 'oldest']),
    tail: oneOf(raw, 'tail', ['off', 'on']),
    record: one(raw, 'record'),
  }),
  print: ({ q, order, tail, record }) => ({
    q,
    order: order === 'newest' ? '' : order,
    tail: tail === 'off' ? '' : tail,
    record,
  }),
}
